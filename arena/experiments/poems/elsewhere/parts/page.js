"use strict";
// One judge's sitting: pairs in an order of their own, answers kept in this browser, a file of them at the end.

const contests = JSON.parse(document.getElementById("contests").textContent);
const at = (id) => document.getElementById(id);
const place = `arena-judging:${contests.contests}`; // in the browser's storage

let judge = "";
let answers = []; // [name of a pair, choice], in the order in which they were made
let parts = []; // in this judge's order
let read = null; // the part whose question has been read
let said = "";

// --- an order of this judge's own ---

function crc32(text) {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}

// Tommy Ettinger's mulberry32: enough to shuffle with
function draws(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(items, name) {
  const draw = draws(crc32([contests.contests, judge, ...name].join("\n")));
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(draw() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

function orderedPairs(part) {
  const seen = new Set();
  const first = [];
  const again = [];
  for (const pair of part.pairs) {
    const texts = [pair[1], pair[2]].sort().join();
    (seen.has(texts) ? again : first).push(pair);
    seen.add(texts);
  }
  return [first, again].flatMap((some, number) => shuffled(some, [part.topic, part.axis, number]));
}

function ordered() {
  const axes = shuffled([...new Set(contests.parts.map((part) => part.axis))], ["axes"]);
  return axes.flatMap((axis) =>
    shuffled(contests.parts.filter((part) => part.axis === axis), [axis]).map((part) => ({ ...part, pairs: orderedPairs(part) })),
  );
}

// --- what is kept in this browser ---

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    at("unkept").hidden = false;
  }
}

const known = new Set(contests.parts.flatMap((part) => part.pairs.map((pair) => pair[0])));
const possible = ["left", "right", "tie"];

function keptAnswers() {
  let found;
  try {
    found = JSON.parse(stored(`${place}:${judge}`) ?? "[]");
  } catch {
    found = [];
  }
  const seen = new Set();
  return (Array.isArray(found) ? found : []).filter((answer) => {
    const fits = Array.isArray(answer) && known.has(answer[0]) && possible.includes(answer[1]) && !seen.has(answer[0]);
    if (fits) seen.add(answer[0]);
    return fits;
  });
}

function keep() {
  store(`${place}:${judge}`, JSON.stringify(answers));
}

// --- what comes next ---

function now() {
  const judged = new Set(answers.map(([pair]) => pair));
  for (const [number, part] of parts.entries()) {
    const left = part.pairs.filter(([pair]) => !judged.has(pair));
    if (left.length) return { part, number, pair: left[0], done: part.pairs.length - left.length };
  }
  const number = parts.length - 1;
  return { part: parts[number], number, pair: null, done: parts[number].pairs.length };
}

function begin() {
  const name = at("name").value.trim().normalize();
  if (!name || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) {
    at("wrong-name").textContent = "Write a name on one line.";
    return;
  }
  judge = name;
  store(place, judge);
  answers = keptAnswers();
  parts = ordered();
  show();
}

function choose(choice) {
  const { pair } = now();
  answers.push([pair[0], choice]);
  keep();
  said = { left: "You chose the first.", right: "You chose the second.", tie: "You chose neither." }[choice];
  show();
}

function undo() {
  if (!answers.length) return;
  const [pair] = answers.pop();
  keep();
  read = parts.find((part) => part.pairs.some(([name]) => name === pair));
  said = "Taken back: judge this pair again.";
  show();
}

// --- what is shown ---

function show() {
  const { part, number, pair, done } = now();
  const stage = judge === "" ? "start" : pair === null ? "done" : read === part ? "pair" : "card";
  for (const id of ["start", "card", "pair", "done"]) at(id).hidden = id !== stage;
  at("foot").hidden = stage === "start";
  at("choices").hidden = stage !== "pair";
  at("undo").disabled = answers.length === 0;
  at("save").disabled = answers.length === 0;
  at("copying").hidden = true;
  at("progress").max = part.pairs.length;
  at("progress").value = done;
  at("count").textContent =
    `${done} of ${part.pairs.length}` + (parts.length > 1 ? ` · part ${number + 1} of ${parts.length}` : "");
  at("said").textContent = said;
  if (stage === "card") {
    at("card-question").textContent = part.question;
    at("card-meaning").textContent = part.meaning;
    at("card-size").textContent =
      `${part.pairs.length - done} pairs of poems on ${part.topic}, in your own time. Some come a second time.`;
  } else if (stage === "pair") {
    at("question").textContent = part.question;
    set(at("left"), contests.texts[pair[1]]);
    set(at("right"), contests.texts[pair[2]]);
    scrollTo(0, 0);
  }
  at("save").classList.toggle("main", stage === "done");
  at("save").classList.toggle("small", stage !== "done");
}

function set(sheet, lines) {
  sheet.replaceChildren(
    ...lines.map((line) => {
      const verse = document.createElement("span");
      verse.className = "verse";
      verse.dir = "auto";
      verse.textContent = line;
      return verse;
    }),
  );
  sheet.blur();
}

// --- the file ---

function file() {
  const where = new Map(parts.flatMap((part) => part.pairs.map((pair) => [pair[0], { part, pair }])));
  const given = answers.map(([name, choice]) => {
    const { part, pair } = where.get(name);
    return { topic: part.topic, axis: part.axis, pair: name, left: pair[1], right: pair[2], choice };
  });
  const { format, contests: key } = contests;
  const lines = given.flatMap((each) => [each.topic, each.axis, each.pair, each.left, each.right, each.choice]);
  const checksum = crc32([format, key, judge, ...lines].join("\n")).toString(16).padStart(8, "0");
  return JSON.stringify({ format, contests: key, judge, answers: given, checksum }, null, 1);
}

function save() {
  const text = file();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `judgements-${judge.replace(/[^\p{L}\p{N}]+/gu, "-")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  at("text").value = text;
  at("copying").hidden = false;
}

// --- keys and touch ---

function onPair(choice) {
  return (event) => {
    if (event.detail < 2) choose(choice); // the second of a double click isn't meant for the next pair
  };
}

at("left").addEventListener("click", onPair("left"));
at("right").addEventListener("click", onPair("right"));
at("first-key").addEventListener("click", onPair("left"));
at("second-key").addEventListener("click", onPair("right"));
at("tie").addEventListener("click", onPair("tie"));
at("undo").addEventListener("click", undo);
at("save").addEventListener("click", save);
at("read").addEventListener("click", () => {
  read = now().part;
  said = "";
  show();
});
at("start").addEventListener("submit", (event) => {
  event.preventDefault();
  begin();
});

const keys = { ArrowLeft: "left", 1: "left", ArrowRight: "right", 2: "right", "=": "tie", t: "tie" };

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || judge === "" || event.target === at("text")) return;
  if (event.key === "u" || event.key === "Backspace") undo();
  else if (!at("pair").hidden && Object.hasOwn(keys, event.key)) choose(keys[event.key]);
  else if (!at("card").hidden && event.key === "Enter" && event.target.tagName !== "BUTTON") at("read").click();
  else return;
  event.preventDefault();
});

// the same judge in another tab
addEventListener("storage", (event) => {
  if (judge !== "" && event.key === `${place}:${judge}`) {
    answers = keptAnswers();
    show();
  }
});

at("name").value = stored(place) ?? "";
store(`${place}:`, ""); // says at once if nothing can be kept
parts = contests.parts;
show();
