"use strict";
// The form, and what is drawn of an answer. `scored`, if it is there, computes; otherwise a server does.
{
const data = JSON.parse(document.getElementById("data").textContent);
const form = document.getElementById("patient");
const at = id => document.getElementById(id);
const set = (element, attributes) => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};
const make = (name, text, attributes = {}) => {
  const element = set(document.createElement(name), attributes);
  element.textContent = text;
  return element;
};
const drawn = (name, attributes, text = "") => {
  const element = set(document.createElementNS("http://www.w3.org/2000/svg", name), attributes);
  element.textContent = text;
  return element;
};

// numbers, always with a point
const bare = p => p < 0.01 ? "under 1" : p > 0.99 ? "over 99" : (100 * p).toFixed(0);
const percent = p => `${bare(p)} %`;
const signed = x => `${x < -0.5 ? "−" : x >= 0.5 ? "+" : ""}${Math.abs(x).toFixed(0)}`;
const filled = (template, parts) => template.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
const expit = x => x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
const logit = p => Math.log(p) - Math.log1p(-p);

// ---- answers: {value} with null for what is not known, or {fault}
const fits = ([pattern, flags], text) => new RegExp(pattern, flags).test(text);
const withPoint = text => /^[+-]?\d*,\d+$/.test(text) && !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(text)
  ? text.replace(",", ".") : text;
const means = (code, text) => code === text
  || (text !== "" && code.trim() !== "" && Number(code) === Number(text));

const number = (field, typed) => {
  const text = withPoint(typed);
  if (!fits([field.written, "u"], text)) {
    const other = field.others.find(each => fits(each, text));
    return { fault: other ? other[2] : field.other };
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return { fault: field.large };
  if (field.whole && !Number.isInteger(value)) return { fault: field.whole };
  if (field.whole && Math.abs(value) >= field.exact_below) return { fault: field.exact };
  if ((field.low ?? -Infinity) > value || (field.high ?? Infinity) < value) {
    const [from, rule] = field.far;
    return { fault: from !== null && value > from && value <= 100 ? rule : field.outside };
  }
  return { value };
};

const date = (field, text) => {
  const now = new Date();
  const pad = part => String(part).padStart(2, "0");
  const today = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  if (field.future !== null && text > today) return { fault: field.future };
  if (field.first !== null && (text < field.first || text > field.last)) return { fault: field.outside };
  return { value: text };
};

const answer = (field, place) => {
  const name = `q${place}`;
  if (field.kind === "choice" || field.kind === "list") {
    const picked = field.kind === "list" ? form.elements[name].value
      : form.querySelector(`[name=${name}]:checked`)?.value ?? "";
    if (picked === "") return { fault: field.unanswered };
    return { value: picked === "unknown" ? null : field.answers[Number(picked)][0] };
  }
  const box = form.elements[name];
  const text = box.value.trim();
  if (box.validity.badInput) return { fault: field.other };
  if (text === "") return form.elements[`${name}-unknown`]?.checked ? { value: null } : { fault: field.unanswered };
  if (field.missing.some(code => field.kind === "number" ? means(code, text) : code === text)) {
    return field.required === null ? { value: null } : { fault: field.required };
  }
  return field.kind === "number" ? number(field, text)
    : field.kind === "date" ? date(field, text) : { value: text };
};

const patient = () => {
  const read = data.fields.map(answer);
  for (const [earlier, later, rule] of data.orders) {
    const [first, last] = [read[earlier].value, read[later].value];
    if (first && last && last < first) read[later] = { fault: rule };
  }
  return read;
};

// ---- faults, beside the field and above the form
const advice = /[;,] (correct it|if it means|or declare|or add it|or give the column).*$/s; // to who keeps the study file
const show = (faults, trouble) => {
  const list = faults.map(({ column, rule }) => {
    const place = data.fields.findIndex(field => field.name === column);
    const item = make("li", "");
    const said = rule.replace(advice, "");
    if (place < 0) {
      item.textContent = [column, said].filter(Boolean).join(": ");
      return item;
    }
    at(`q${place}-error`).textContent = said;
    at(`q${place}`).classList.add("wrong");
    for (const box of form.querySelectorAll(`[name=q${place}]`)) box.setAttribute("aria-invalid", "true");
    const link = make("a", `${data.fields[place].label}: ${said}`, { href: `#q${place}-first` });
    link.addEventListener("click", event => { event.preventDefault(); at(`q${place}-first`).focus(); });
    item.append(link);
    return item;
  });
  at("faults").querySelector("ul").replaceChildren(...list);
  at("trouble").textContent = trouble;
  at("faults").hidden = false;
  at("faults").focus();
};

const clear = said => {
  for (const id of ["faults", "found", "refused", "print"]) at(id).hidden = true;
  for (const wrong of form.querySelectorAll(".wrong")) wrong.classList.remove("wrong");
  for (const box of form.querySelectorAll("[aria-invalid]")) box.removeAttribute("aria-invalid");
  for (const fault of form.querySelectorAll(".fault")) fault.textContent = "";
  at("result").classList.remove("full");
  at("values").replaceChildren();
  at("moment").textContent = "";
  at("said").textContent = said;
};

// ---- what was found
const place = p => 4 + 92 * p;
const picture = (found, known) => {
  at("band").classList.toggle("gone", found.low === null);
  if (found.low !== null) {
    set(at("band"), { x: `${place(found.low)}%`, width: `${92 * (found.high - found.low)}%` });
  }
  set(at("dot"), { cx: `${place(found.probability)}%` });
  for (const id of ["cohort", "cohort-label"]) at(id).classList.toggle("gone", known === null);
  if (known !== null) {
    set(at("cohort"), { x1: `${place(known)}%`, x2: `${place(known)}%` });
    set(at("cohort-label"), {
      x: `${place(known)}%`, "text-anchor": known < 0.15 ? "start" : known > 0.85 ? "end" : "middle",
    });
    at("cohort-label").textContent = `cohort ${percent(known)}`;
  }
};

const words = (field, value) => {
  if (value === null) return data.words.notKnown;
  const chosen = field.answers.find(([each]) => each === value);
  return chosen ? chosen[1] : `${value}${field.unit ? ` ${field.unit}` : ""}`;
};

// by how many points each covariate moves the probability, the strongest first
const reasons = (found, read) => Object.entries(found.contributions).map(([name, size]) => {
  const { label, place } = data.covariates[name];
  const value = place === null ? null : words(data.fields[place], read[place].value);
  return {
    label: value === null ? label : filled(data.words.labelAndValue, { label, value }),
    size, points: 100 * (found.probability - expit(logit(found.probability) - size)),
  };
}).sort((a, b) => Math.abs(b.points) - Math.abs(a.points));

// the sentence of `predictor score --explain`
const sentence = (found, all) => {
  const w = data.words;
  const size = found.effective_sample_size;
  const step = size < 20 ? 1 : size < 100 ? 5 : 10 ** Math.floor(Math.log10(size)) / 2;
  const patients = Math.round(size / step) * step;
  const told = all.slice(0, w.strongest).map(({ label, points }) => [label, Math.round(points)])
    .filter(([, whole]) => whole !== 0).map(([label, whole]) => filled(w.reason, {
      label, points: `${whole > 0 ? "+" : ""}${whole} point${Math.abs(whole) === 1 ? "" : "s"}`,
    }));
  return filled(w.probability, { outcome: w.outcome, probability: bare(found.probability) })
    + (size === null ? "" : filled(w.sure, { patients: patients < 2 ? "fewer than 2" : `about ${patients}` }))
    + filled(w.before, { baseline: bare(expit(found.baseline)) })
    + (told.length ? filled(w.reasons, { reasons: told.join(", ") }) : all.length ? w.noReason : "");
};

const shown = 8;
const waterfall = (found, all) => {
  const end = logit(found.probability);
  const steps = all.length > shown ? all.slice(0, shown - 1) : all;
  if (all.length > shown) {
    const size = all.slice(shown - 1).reduce((sum, each) => sum + each.size, 0);
    const points = 100 * (found.probability - expit(end - size));
    steps.push({ label: `${all.length - shown + 1} others together`, size, points });
  }
  let reached = found.baseline;
  for (const step of steps) { step.from = reached; reached += step.size; step.to = reached; }
  const ends = [found.baseline, end, ...steps.map(step => step.to)];
  const [low, high] = [Math.min(...ends) - 0.15, Math.max(...ends) + 0.15];
  const x = value => 100 * (value - low) / (high - low);
  const row = (label, from, to, said, kind) => {
    const line = make("tr", "", { class: kind });
    line.append(make("th", label, { scope: "row" }));
    const bars = make("td", "", { class: "bars" });
    const svg = drawn("svg", { width: "100%", height: "20", "aria-hidden": "true" });
    svg.append(drawn("line", { class: "from", x1: `${x(found.baseline)}%`, x2: `${x(found.baseline)}%`, y1: 0, y2: 20 }));
    svg.append(from === to
      ? drawn("line", { class: "stand", x1: `${x(to)}%`, x2: `${x(to)}%`, y1: 2, y2: 18 })
      : drawn("rect", { x: `${x(Math.min(from, to))}%`, width: `${Math.abs(x(to) - x(from))}%`, y: 4, height: 12 }));
    bars.append(svg, make("span", percent(expit(to)), { class: "heard" }));
    line.append(bars, make("td", said, { class: "number" }));
    return line;
  };
  at("reasons").querySelector("tbody").replaceChildren(
    row("usual training patient", found.baseline, found.baseline, percent(expit(found.baseline)), "end"),
    ...steps.map(step => row(
      step.label, step.from, step.to, signed(step.points), step.size < 0 ? "down" : "up")),
    row("this patient", end, end, percent(found.probability), "end"));
  let last = -Infinity;
  const ticks = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]
    .filter(p => x(logit(p)) > 4 && x(logit(p)) < 96)
    .filter(p => x(logit(p)) - last > 16 && (last = x(logit(p))));
  at("ticks").replaceChildren(...ticks.map(p => drawn("text", {
    x: `${x(logit(p))}%`, y: 15, "text-anchor": "middle" }, percent(p))));
};

const tell = (found, read) => {
  const remarks = found.flags;
  at("values").replaceChildren(...data.fields.map((field, k) => {
    const line = make("div", "");
    line.append(make("dt", field.label), make("dd", words(field, read[k].value)));
    return line;
  }));
  const now = new Date();
  at("moment").textContent = ` Computed ${now.getFullYear()}-${now.getMonth() + 1}-${now.getDate()}.`;
  at("print").hidden = false;
  at("result").classList.add("full");
  if (found.probability === null) {
    at("said").textContent = "There is no probability.";
    at("refused").textContent = remarks.join("; ");
    at("refused").hidden = false;
    return;
  }
  const ranged = found.low === null ? "" : `${percent(found.low)} to ${percent(found.high)}`;
  at("probability").textContent = percent(found.probability);
  at("range").textContent = ranged ? filled(data.words.range, { range: ranged }) : data.words.noRange;
  const all = reasons(found, read);
  at("explanation").textContent = sentence(found, all);
  at("remarks").querySelector("ul").replaceChildren(...remarks.map(each => make("li", each)));
  at("remarks").hidden = remarks.length === 0;
  picture(found, data.prevalence);
  at("picture-title").textContent = `Probability ${percent(found.probability)}`
    + (ranged && `, range ${ranged}`)
    + (data.prevalence === null ? "" : `, beside ${percent(data.prevalence)} of the cohort`);
  at("reasons").hidden = all.length === 0;
  if (all.length) waterfall(found, all);
  at("found").hidden = false;
  at("said").textContent = `Probability ${percent(found.probability)}${ranged && `, range ${ranged}`}.`;
};

const ask = async values => {
  const response = await fetch(data.endpoint, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ patients: [values] }),
  });
  const said = await response.json();
  return response.ok ? said.patients[0] : { faults: said.faults ?? [], trouble: said.message ?? "" };
};

form.addEventListener("submit", async event => {
  event.preventDefault();
  clear("Computing.");
  const read = patient();
  const faults = data.fields.map((field, k) => ({ column: field.name, rule: read[k].fault }))
    .filter(each => each.rule !== undefined);
  if (faults.length) {
    clear("Nothing is computed.");
    return show(faults, data.words.faults);
  }
  const values = Object.fromEntries(data.fields.map((field, k) => [field.name, read[k].value]));
  let found;
  try {
    found = data.formula === null ? await ask(values) : scored(data.formula, values, data.words);
  } catch {
    found = { faults: [], trouble: data.words.trouble };
  }
  if (found.faults) {
    clear("Nothing is computed.");
    return show(found.faults, found.trouble);
  }
  tell(found, read);
  if (at("result").getBoundingClientRect().top > 0.6 * window.innerHeight) at("result").scrollIntoView();
});
// what is drawn belongs to the answers that stand in the form
form.addEventListener("input", event => {
  const { name, type } = event.target;
  if (type === "checkbox" && event.target.checked) form.elements[name.replace("-unknown", "")].value = "";
  else if (form.elements[`${name}-unknown`]) form.elements[`${name}-unknown`].checked = false;
  if (at("result").classList.contains("full")) clear("The answers have changed. Compute again.");
});
form.addEventListener("change", ({ target }) => {
  if (target.inputMode) target.value = withPoint(target.value.trim());
  if (target.type === "date") at(`${target.name}-read`).textContent = target.value; // year-month-day
});
form.addEventListener("reset", () => {
  for (const read of form.querySelectorAll("[id$=-read]")) read.textContent = "";
  clear("Nothing is computed yet.");
});
at("print").addEventListener("click", () => window.print());
}
