// Prediction: a step stays locked until its questions are answered. Questions, right answers and hints stand in the
// trace (questions.py); here a learner's text is read and compared.

const TRIES_BEFORE_SHOWING = 2;

/** The numbers in a text such as "[-12, -8]", "1/3", "2e-3 4" or "nan"; null where there is anything else. */
function readNumbers(text) {
  const plain = text.replace(/[−–]/g, "-").replace(/∞/g, "inf").replace(/tensor|array/g, "");
  const words = plain.split(/[\s,;()[\]]+/).filter(Boolean);
  const numbers = words.map(readNumber);
  return numbers.length && numbers.every((number) => number !== null) ? numbers : null;
}

/** One number with the half unit of its last digit, as far as it was rounded: "0.33" stands for 0.325 to 0.335. */
function readNumber(word) {
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(word);
  if (special) {
    const isNaN = special[2].toLowerCase() === "nan";
    return { value: isNaN ? NaN : special[1] === "-" ? -Infinity : Infinity, slack: 0 };
  }
  const fraction = /^([+-]?[\d.]+)\/([\d.]+)$/.exec(word);
  if (fraction) return { value: Number(fraction[1]) / Number(fraction[2]), slack: 0 };
  const decimal = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?\.?$/i.exec(word);
  if (!decimal || !/\d/.test(word)) return null;
  const [, whole, decimals, exponent] = decimal;
  const digits = (whole + decimals).replace(/^0+/, "").length;
  const slack = decimals && digits >= 2 ? 0.5 * 10 ** (Number(exponent ?? 0) - decimals.length) : 0;
  return { value: Number(word.replace(/\.$/, "")), slack };
}

/** Whether numbers read by `readNumbers` are those expected (the strings "nan" and "inf" among them). */
function sameNumbers(given, expected) {
  if (given.length !== expected.length) return false;
  const wanted = expected.map((value) => (typeof value === "string" ? Number(value.replace("inf", "Infinity")) : value));
  const largest = Math.max(1e-12, ...wanted.filter(Number.isFinite).map(Math.abs));
  return given.every(({ value, slack }, i) => {
    const right = wanted[i];
    if (!Number.isFinite(right) || !Number.isFinite(value)) return Object.is(right, value);
    const tolerance = Math.max(2e-3 * Math.abs(right), 1e-5 * largest, slack * (1 + 1e-9));
    return Math.abs(value - right) <= tolerance;
  });
}

/** A shape in any of the usual spellings: "(2, 3)", "2x3", "[2,3]", "torch.Size([2, 3])", "3", "()", "scalar". */
function readShape(text) {
  const plain = text.trim().toLowerCase();
  if (/^(scalar|0-?d|(\w+\.)?(size|shape)\(\[\]\)|\(\)|\[\])$/.test(plain)) return [];
  const inside = plain.replace(/^(\w+\.)?(size|shape)\b/, "").replace(/by|[x×*,;()[\]]/g, " ");
  const sizes = inside.split(/\s+/).filter(Boolean);
  return sizes.length && sizes.every((size) => /^\d+$/.test(size)) ? sizes.map(Number) : null;
}

const sameShape = (one, other) => one.length === other.length && one.every((size, i) => size === other[i]);

/** What each kind of question takes: how its text is read, compared, and described where it cannot be read. */
const ANSWERS = {
  value: {
    read: readNumbers,
    same: sameNumbers,
    unread: "Type a number, or several such as 3, -4.5 or 1/3.",
    label: "Its numbers",
  },
  shape: {
    read: readShape,
    same: sameShape,
    unread: "Type a shape such as (2, 3), or () for a single number.",
    label: "Its shape",
  },
};

/**
 * The predictions of a trace. `says(text)` announces, `told(answers)` tells of a change that the reader caused,
 * `goOn()` takes the step that has been unlocked, `repaint()` draws the same step again.
 */
function makePrediction(trace, { says, told, goOn, repaint }) {
  const asked = trace.questions ?? [];
  let answers = [],
    feedback = null, // { at, text, isRight }: what was said of the last answer
    open = 0;
  const box = html("div", { class: "mg-question", role: "group", "aria-label": "Your turn", tabindex: -1, hidden: true });
  const keeper = keepHeight(box); // the picture below is what is clicked: it should stay where it is

  /** Before anything changes: asking for a height afterwards would lay everything out. */
  const hold = () => asked.length > 0 && keeper.hold();
  const record = (at, { kind, input }) =>
    answers.find((one) => one.step === at + 1 && one.kind === kind && one.input === input);
  const isSettled = (at) => (question) => record(at, question)?.right || record(at, question)?.shown;
  const pending = (at) => (asked[at] ?? []).find((question) => !isSettled(at)(question));
  /** The last step that is open. */
  const limit = () => {
    while (open < trace.events.length && !pending(open)) open += 1;
    return open;
  };
  const lastSaid = (at) => (feedback?.at === at ? feedback : null);

  /** Note an answer to the question that is pending at `at`, and go on where it was right. */
  function note(at, question, given, { isRight = false, isShown = false, hint = null }) {
    hold();
    const before = record(at, question);
    const now = {
      step: at + 1,
      kind: question.kind,
      input: question.input,
      given: isShown ? (before?.given ?? "") : given,
      right: isRight,
      shown: isShown,
      tries: (before?.tries ?? 0) + (isShown ? 0 : 1),
      hint: hint?.say ?? before?.hint ?? null,
      pitfall: hint?.id ?? before?.pitfall ?? null,
    };
    answers = [...answers.filter((one) => one !== before), now];
    const text = isRight ? `Right. ${question.said}` : isShown ? question.said : hint.say;
    const isOpen = isRight || isShown;
    feedback = { at: isOpen && !pending(at) ? at + 1 : at, text, isRight: isOpen };
    const hadFocus = box.contains(document.activeElement);
    told(answers);
    if (feedback.at > at) goOn();
    else repaint();
    const ask = pending(feedback.at)?.ask;
    says([text, feedback.at > at ? trace.events[at].sentence : null, isOpen ? ask : null].filter(Boolean).join(" "));
    focus(feedback.at, hadFocus);
  }

  function answerText(at, question, text) {
    const { read, same, unread } = ANSWERS[question.kind];
    const given = read(text);
    if (given === null) {
      hold();
      feedback = { at, text: unread, isRight: false };
      draw(at, text);
      says(unread);
      return focus(at, true);
    }
    if (same(given, question.right)) return note(at, question, text, { isRight: true });
    const known = question.hints.find(({ when }) => same(given, when));
    const short = question.kind === "value" && given.length !== question.right.length;
    const count = { say: `${question.right.length} asked for, ${given.length} given. ${question.otherwise}`, id: null };
    note(at, question, text, { hint: known ?? (short ? count : { say: question.otherwise, id: null }) });
  }

  /** A node as the answer to "which is next?". */
  function answerNode(at, question, id) {
    if (id === question.right) return note(at, question, id, { isRight: true });
    const state = statesAt(trace, at)[id];
    const hint = question.hints.find(({ when }) => when === id) ?? question.hints.find(({ when }) => when === state);
    note(at, question, id, { hint: hint ?? { say: "Not that one.", id: null } });
  }

  /** Take a click on a node as an answer, where one is asked for and the node has not run: a click goes back to those. */
  function takes(at, id) {
    const question = at === limit() ? pending(at) : null;
    const isPast = ["done", "now"].includes(statesAt(trace, at)[id]);
    if (question?.kind !== "next" || isPast) return false;
    answerNode(at, question, id);
    return true;
  }

  /** Put the focus where the next answer is typed; into a list of nodes only from here, as they can be clicked. */
  function focus(at, hadFocus = false) {
    const control = at === limit() ? box.querySelector("input, select") : null;
    if (control?.tagName === "INPUT" || hadFocus) (control ?? box).focus({ preventScroll: true });
    if (control?.tagName === "INPUT") control.select();
  }

  function nodeForm(at, question) {
    const states = statesAt(trace, at);
    const waiting = trace.nodes.filter(({ id }) => !["done", "now"].includes(states[id]));
    const choice = html(
      "select",
      { class: "mg-choice", "aria-label": "The node" },
      html("option", { value: "" }, "or choose it here"),
      waiting.map((node) => html("option", { value: node.id }, called(node))),
    );
    const form = html("form", { class: "mg-answer" }, choice, submit());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (choice.value !== "") answerNode(at, question, Number(choice.value));
    });
    return form;
  }

  function textForm(at, question, text) {
    const field = html("input", {
      type: "text",
      class: "mg-field",
      "aria-label": ANSWERS[question.kind].label,
      autocomplete: "off",
      spellcheck: "false",
      autocapitalize: "off",
      value: text,
    });
    const form = html("form", { class: "mg-answer" }, field, submit());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answerText(at, question, field.value);
    });
    return form;
  }

  const submit = () => html("button", { type: "submit", class: "mg-button mg-check" }, "Check");

  /** What is known of the node that runs: what arrives, what was saved, and, on request, its rule. */
  function given(at, question) {
    const event = trace.events[at];
    const node = trace.nodes[event.node];
    const rows = event.incoming.flatMap(({ terms }) =>
      terms.map(({ edge, value }) =>
        row(null, shown(value, true), edge === null ? "given to backward()" : `from ${called(trace.nodes[trace.edges[edge].source])}`),
      ),
    );
    const sorted = [...node.saved].sort((one, other) => one.symbol.localeCompare(other.symbol));
    const saved = sorted.map(({ symbol, value }) => html("li", {}, html("var", {}, symbol), " = ", shown(value)));
    const { formula } = node.inputs.find(({ input }) => input === question.input) ?? {};
    const before = question.input === null && event.grad?.before;
    if (event.kind === "broadcast") return [html("div", {}, html("h5", {}, "The rule gave"), shown(event.outgoing[0].raw, true))];
    return [
      html("div", {}, html("h5", {}, "Arrives"), html("div", { class: "mg-rows" }, rows)),
      before && html("div", {}, html("h5", {}, ".grad before"), shown(before)),
      saved.length > 0 &&
        html("div", { class: "mg-saved" }, html("h5", {}, "Saved by the forward pass"), html("ul", {}, saved)),
      formula &&
        html("details", {}, html("summary", {}, "The rule"), formulaLine("mg-formula", formula)),
    ].filter(Boolean);
  }

  /** Draw what is asked at step `at`, or nothing where the next step is open. */
  function draw(at, text = null) {
    const question = at === limit() ? pending(at) : null;
    const said = lastSaid(at);
    const isDone = asked.length > 0 && limit() === trace.events.length;
    box.hidden = asked.length === 0 || (!question && !said && !isDone);
    if (box.hidden) return box.replaceChildren();
    const { tries = 0, given: typed = "" } = (question && record(at, question)) ?? {};
    const show = () => note(at, question, "", { isShown: true });
    const feedbackLine =
      said &&
      html(
        "p",
        { class: "mg-feedback", "data-right": String(said.isRight) },
        svg(
          "svg",
          { viewBox: "-7 -7 14 14", class: "mg-icon", "aria-hidden": "true" },
          svg("path", { d: said.isRight ? ICONS.done : "M-3.5-3.5 3.5 3.5M-3.5 3.5 3.5-3.5" }),
        ),
        html("span", {}, said.text),
      );
    box.replaceChildren(
      ...[
        feedbackLine,
        question && html("h4", {}, `Your turn: step ${at + 1} of ${trace.events.length}`),
        question && html("p", { class: "mg-ask" }, question.ask),
        question &&
          html(
            "div",
            { class: "mg-answers" },
            question.kind === "next" ? nodeForm(at, question) : textForm(at, question, text ?? typed),
            tries >= TRIES_BEFORE_SHOWING && button("Show me", show, { look: "show", words: ["Show me"] }),
          ),
        question && question.kind !== "next" && html("div", { class: "mg-given" }, given(at, question)),
        !question && isDone && at === trace.events.length && html("p", {}, verdict()),
      ].filter(Boolean),
    );
  }

  /** How it went, in one sentence. */
  function verdict() {
    const first = answers.filter(({ right, tries }) => right && tries === 1).length;
    const shownToo = answers.filter((one) => one.shown).length;
    const rest = shownToo ? `, ${shownToo} shown` : "";
    return `All ${answers.length} questions are answered: ${first} at the first try${rest}.`;
  }

  const set = (now) => {
    answers = now ?? [];
    open = 0;
    feedback = null;
  };
  /** What to do instead, when somebody wants to go beyond the lock. */
  const remind = (at) => {
    const question = pending(limit());
    if (at === limit() && question) {
      says(question.ask);
      focus(at);
    }
  };
  return { box, limit, hold, draw, set, takes, remind, destroy: keeper.disconnect };
}
