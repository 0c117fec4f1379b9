// What is shown becomes what shall be shown: what is the same stays, so that the browser has only the rest to lay out
// and to paint.

const shows = new WeakMap(); // element with a life of its own (listeners, observers) → what it is of

/** Have `element` stay as it is where it is of the same thing, and be replaced whole where it is not. */
function isOf(element, thing) {
  shows.set(element, thing);
  return element;
}

/** What tells a node from its neighbours: its kind and its class, and of a card its heading. */
function kindOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeName;
  const name = `${node.nodeName} ${node.getAttribute("class") ?? ""}`;
  return node.nodeName === "SECTION" ? `${name} ${node.firstChild.textContent}` : name;
}

/**
 * Make the children of `parent` equal to `wanted`, and use those of the same kind again. With `isAll` false, what stands
 * behind them is left for another time.
 */
function renew(parent, wanted, isAll = true) {
  let next = parent.firstChild;
  const drop = () => {
    const dropped = next;
    next = next.nextSibling;
    dropped.remove();
  };
  for (const node of wanted) {
    const kind = kindOf(node);
    let found = next;
    while (found && kindOf(found) !== kind) found = found.nextSibling;
    if (!found) parent.insertBefore(node, next);
    else {
      while (next !== found) drop();
      next = found.nextSibling;
      become(found, node);
    }
  }
  while (isAll && next) drop();
}

/** Make a node equal to another of its kind. */
function become(node, wanted) {
  if (node === wanted) return;
  if (wanted.nodeType !== Node.ELEMENT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
  } else if (shows.has(node) || shows.has(wanted)) {
    if (shows.get(node) !== shows.get(wanted)) node.replaceWith(wanted);
  } else {
    for (const { name, value } of wanted.attributes) set(node, name, value);
    for (const { name } of [...node.attributes]) if (!wanted.hasAttribute(name)) node.removeAttribute(name);
    renew(node, [...wanted.childNodes]);
  }
}
