// Filling the panel. Of a large walk, what lies below the window's rim is filled after the frame that shows the step:
// nobody sees it before, and the step is on the screen sooner.

/**
 * The panel of a stepper. A card is [kind, make]: `make()` draws it, and cards of one kind are about equally high; of
 * kind null nothing is known. `measure(cards)` is called before anything changes, `fill(cards)` after that.
 */
function makeFiller(panel, isLarge) {
  const heights = new Map(); // kind → the least that was seen
  let kinds = [], // of the panel's children
    atOnce = Infinity, // how many cards are in sight
    giveUp = () => {};

  function noteHeights() {
    for (const [i, kind] of kinds.entries()) {
      if (kind === null) continue;
      const height = panel.children[i]?.offsetHeight ?? 0;
      heights.set(kind, Math.min(heights.get(kind) ?? Infinity, height));
    }
  }
  function measure(cards) {
    if (!isLarge) return;
    noteHeights();
    const room = innerHeight - panel.getBoundingClientRect().top;
    let top = 0;
    const below = cards.findIndex(([kind]) => {
      const isBelow = top > room;
      top += heights.get(kind) ?? 0;
      return isBelow;
    });
    atOnce = below < 0 ? Infinity : below;
  }
  /** New cards; a focus inside stays inside, so that the keys go on being heard. */
  function put(elements, isAll) {
    const focused = panel.contains(document.activeElement) ? document.activeElement : null;
    renew(panel, elements, isAll);
    if (focused && !panel.contains(focused))
      (panel.querySelector(focused.localName === "summary" ? "summary" : ".mg-check") ?? panel).focus({ preventScroll: true });
  }
  function fill(cards) {
    const made = cards.slice(0, atOnce).map(([, make]) => make());
    giveUp();
    kinds = [];
    put(made, made.length === cards.length);
    const finish = () => {
      const rest = cards.slice(made.length).map(([, make]) => make());
      if (rest.length) put([...[...panel.children].slice(0, made.length), ...rest], true);
      kinds = cards.map(([kind]) => kind);
    };
    giveUp = made.length < cards.length ? afterFrame(finish) : giveUp;
    if (made.length === cards.length) finish();
  }
  return { measure, fill, destroy: () => giveUp() };
}
