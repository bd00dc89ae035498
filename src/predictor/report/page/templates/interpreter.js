"use strict";
// A formula of a model, computed: expressions are constants, {reference}, or {operator, arguments};
// null is a missing value, as in SQL.
const evaluate = (expression, values) => {
  if (expression === null || typeof expression !== "object") return expression;
  if (Object.hasOwn(expression, "reference")) return values.get(expression.reference) ?? null;
  const { operator, arguments: given } = expression;
  const of = place => evaluate(given[place], values);
  switch (operator) {
    case "if": return of(0) === true ? of(1) : of(2);
    case "is_missing": return of(0) === null;
    case "and": case "or": {
      const ends = operator === "or";
      const found = given.map((_, place) => of(place));
      return found.includes(ends) ? ends : found.includes(null) ? null : !ends;
    }
    case "first_known":
      for (let place = 0; place < given.length; place++) {
        const found = of(place);
        if (found !== null) return found;
      }
      return null;
  }
  const found = given.map((_, place) => of(place));
  if (operator === "least" || operator === "greatest") {
    const known = found.filter(each => each !== null);
    const better = operator === "least" ? (a, b) => a < b : (a, b) => a > b;
    return known.length ? known.reduce((best, each) => better(each, best) ? each : best) : null;
  }
  if (found.includes(null)) return null;
  const value = OPERATORS[operator](...found);
  return Number.isNaN(value) ? null : value;
};

const OPERATORS = {
  add: (...all) => all.reduce((a, b) => a + b),
  subtract: (a, b) => a - b,
  multiply: (...all) => all.reduce((a, b) => a * b),
  divide: (a, b) => b === 0 ? null : a / b,
  negate: a => -a,
  power: (a, b) => Number.isFinite(a ** b) || !Number.isFinite(a) || !Number.isFinite(b) ? a ** b : null,
  exp: Math.exp,
  ln: a => a > 0 ? Math.log(a) : null,
  log10: a => a > 0 ? Math.log10(a) : null,
  sqrt: a => a >= 0 ? Math.sqrt(a) : null,
  abs: Math.abs,
  floor: Math.floor,
  ceil: Math.ceil,
  round: (a, digits) => {
    if (!Number.isFinite(a)) return a;
    const scaled = Math.abs(a) * 10 ** digits;
    const whole = Math.floor(scaled);
    return Math.sign(a) * (scaled - whole >= 0.5 ? whole + 1 : whole) / 10 ** digits;
  },
  equal: (a, b) => a === b,
  unequal: (a, b) => a !== b,
  less: (a, b) => a < b,
  at_most: (a, b) => a <= b,
  greater: (a, b) => a > b,
  at_least: (a, b) => a >= b,
  not: a => !a,
};

// The scores of one patient, as `POST /score` gives them; a date comes as year-month-day and is
// computed with as days since 1970-01-01.
const scored = (formula, patient, words) => {
  const values = new Map(formula.inputs.map(({ name, kind }) => {
    const value = patient[name] ?? null;
    return [name, kind === "date" && value !== null ? Date.parse(value) / 86400000 : value];
  }));
  for (const { name, expression } of formula.steps) values.set(name, evaluate(expression, values));
  const of = name => name === null ? null : values.get(name);
  const told = pairs => pairs.filter(([, step]) => of(step) === true).map(([name]) => name);
  const without = flag => ({
    probability: null, low: null, high: null, effective_sample_size: null,
    baseline: null, contributions: {}, flags: [flag],
  });
  const unfit = formula.eligible.find(([, step]) => of(step) !== true);
  if (unfit) return without(words.notEligible.replace("{}", unfit[0]));
  for (const [pairs, said] of [[formula.undefined, words.undefined], [formula.needed, words.lacking]]) {
    const names = told(pairs);
    if (names.length) return without(said.replace("{}", names.join(", ")));
  }
  return {
    probability: of(formula.probability), low: of(formula.low), high: of(formula.high),
    effective_sample_size: of(formula.effective_sample_size),
    baseline: of(formula.baseline),
    contributions: Object.fromEntries(formula.contributions.map(([name, step]) => [name, of(step)])),
    flags: formula.flags.filter(({ when }) => of(when) === true).map(({ text }) => text),
  };
};
