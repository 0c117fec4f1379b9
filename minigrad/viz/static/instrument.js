// What the lessons' small instruments share: a frame with the question that the instrument answers, and a sentence.

/**
 * The frame of an instrument: its question as the heading, `children`, and below them the sentence that says what is
 * seen now, read aloud when it changes. Hands back `{ root, say(text), sentence }`. JupyterLab gets no key from inside.
 */
function instrumentFrame(kind, question, ...children) {
  const sentence = html("p", { class: "mg-sentence", role: "status", "aria-live": "polite" });
  const root = html(
    "section",
    { class: `mg-widget mg-instrument mg-${kind}`, "aria-label": question, "data-lm-suppress-shortcuts": "true" },
    html("h3", { class: "mg-asks" }, question),
    html("div", { class: "mg-inside" }, children),
    sentence,
  );
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const say = (text) => writeText(sentence, text);
  return { root, say, sentence };
}

/** An instrument on the page, at `value`: what `mount` hands back. `go(value)` shows another. */
function placed(el, root, go, value) {
  go(value);
  el.replaceChildren(root);
  return { go, destroy: () => root.remove() };
}

/** "a", "a and b", "a, b and c". */
function joined(words) {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
