// Draws the build: `data` is what page.rs wrote. Times are in milliseconds since the build began.

const $ = id => document.getElementById(id);
const root = document.documentElement;
addEventListener("error", event => {
  root.dataset.error = event.message;
  $("error").hidden = false;
  $("error").textContent = "This page could not be drawn: " + event.message;
});

const number = n => n.toLocaleString("en");
const seconds = ms => (ms / 1000).toFixed(ms < 100 ? 3 : ms < 100000 ? 2 : 1);
const took = ms => {
  if (ms < 1000) return +ms.toFixed(ms < 10 ? 1 : 0) + " ms";
  const whole = Math.round(ms / 1000);
  return ms < 600000 ? seconds(ms) + " s" : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};
const css = name => getComputedStyle(root).getPropertyValue(name).trim();
const el = (tag, text, cls) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (cls) made.className = cls;
  return made;
};

const targets = data.targets.map(([name, dir, begin, end, took, commands, outcome, critical, reason, place, text], index) =>
  ({ name, dir, begin, end, took, commands, outcome, critical, reason: data.reasons[reason], place, text, index }));
const makes = data.makes.map(([name, dir, above, begin, read, end, status, critical], index) =>
  ({ name, dir, above, begin, read, end, status, critical, index, given: false }));
const given = data.given.map(([name, dir, at]) => ({ name, dir, begin: at, read: at, end: at, given: true }));
// A bar is a target's commands in a row that follow each other, or the time in which a make read its makefiles.
const bars = data.bars.map(([target, make, row, begin, end]) => ({ target: targets[target], make: makes[make], row, begin, end }));
const steps = data.critical.map(([target, make, begin, end, took]) => ({ target: targets[target], make: makes[make], begin, end, took }));
bars.sort((a, b) => a.row - b.row || a.begin - b.begin);

const total = Math.max(data.took, 1);
const sum = (list, of) => list.reduce((all, item) => all + of(item), 0);
const work = sum(targets, target => target.took);
const reading = sum(makes, make => make.read - make.begin);
const longest = sum(steps, step => step.took);
const nameOf = item => item.target ? item.target.name : item.make.name;
const failed = target => target.outcome !== "";

// What lies below one directory of the source has one hue, none too near the red of what failed; its own directories are told
// apart by how strong it is.
const hues = new Map();
const colours = data.directories.map(([name], index) => {
  const first = name.split("/", 1)[0];
  if (!hues.has(first)) hues.set(first, 40 + (hues.size * 0.618 + 0.6) % 1 * 280);
  return [hues.get(first), 38 + (index * 17) % 34];
});
const colour = (dir, light) => `hsl(${colours[dir][0]} ${colours[dir][1]}% ${light})`;

// Above: what it comes to.

$("command").textContent = data.command;
$("directory").textContent = data.directory;
$("status").textContent = data.status ? `, exit status ${data.status}` : "";
for (const [label, value, cls] of [
  ["elapsed", took(data.took)],
  [`critical path, ${Math.round(longest / total * 100)} %`, took(longest), "crit"],
  ["in commands", took(work)],
  ["reading makefiles", took(reading)],
  ["at once, on average", ((work + reading) / total).toFixed(2)],
  ["at once, at most", number(data.rows)],
  ["targets made", number(targets.length)],
  ["targets failed", number(targets.filter(failed).length), targets.some(failed) ? "bad" : ""],
  ["makes evaluated", number(makes.length)],
  ["given from recall", number(given.length), given.length ? "given" : ""],
]) {
  const fact = el("div");
  fact.append(el("dt", label), el("dd", value, cls));
  $("facts").append(fact);
}

// The charts.

const ROW = 18, AXIS = 20, OVERVIEW = 76;
let from = 0, to = total, chosen = null, wanted = "";
const matches = item => !wanted || item.name.toLowerCase().includes(wanted);

function fit(canvas, height) {
  const scale = devicePixelRatio || 1, width = canvas.parentElement.clientWidth;
  canvas.style.height = height + "px";
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.round(height * scale);
  const g = canvas.getContext("2d");
  g.scale(scale, scale);
  g.font = "11px system-ui, sans-serif";
  return [g, width];
}

// Lines at round times.
function axis(g, width, begin, end, top, bottom) {
  const rough = (end - begin) / Math.max(1, width / 100), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(step => step >= rough);
  g.fillStyle = css("--dim"); g.strokeStyle = css("--line"); g.lineWidth = 1; g.textBaseline = "top";
  for (let at = Math.ceil(begin / step) * step; at <= end; at += step) {
    const x = Math.round((at - begin) / (end - begin) * width) + 0.5;
    g.beginPath(); g.moveTo(x, top); g.lineTo(x, bottom); g.stroke();
    if (x + 40 < width) g.fillText(+(at / 1000).toFixed(6) + " s", x + 3, top + 3);
  }
}

// How much of each of `count` equal parts of the build is taken up.
function density(list, count) {
  const per = total / count, sums = new Float64Array(count);
  for (const { begin, end } of list) {
    const a = begin / per, b = end / per;
    for (let at = Math.max(0, Math.floor(a)); at < b && at < count; at++)
      sums[at] += Math.min(at + 1, b) - Math.max(at, a);
  }
  return sums;
}

function drawOverview() {
  const [g, width] = fit($("overview"), OVERVIEW), columns = Math.max(1, Math.floor(width));
  axis(g, width, 0, total, 0, OVERVIEW);
  const commands = density(bars.filter(bar => bar.target), columns), reads = density(bars.filter(bar => bar.make), columns);
  const unit = (OVERVIEW - AXIS - 2) / Math.max(1, data.rows);
  for (let x = 0; x < columns; x++) {
    const low = commands[x] * unit, high = reads[x] * unit;
    g.fillStyle = css("--bar"); g.fillRect(x, OVERVIEW - low, 1, low);
    g.fillStyle = css("--read"); g.fillRect(x, OVERVIEW - low - high, 1, high);
  }
  g.fillStyle = css("--veil");
  const a = from / total * width, b = to / total * width;
  g.fillRect(0, 0, a, OVERVIEW); g.fillRect(b, 0, width - b, OVERVIEW);
  if (b - a < width - 1) { g.strokeStyle = css("--fg"); g.strokeRect(a + 0.5, 0.5, Math.max(1, b - a - 1), OVERVIEW - 1); }
}

const top0 = AXIS + ROW + 8;
function drawDetail() {
  const height = top0 + Math.max(1, data.rows) * ROW + 4, [g, width] = fit($("detail"), height);
  const scale = width / (to - from), X = at => (at - from) * scale;
  const [crit, bad, read, many, pick, light, ground] = ["--crit", "--bad", "--read", "--many", "--pick", "--light", "--bg"].map(css);
  axis(g, width, from, to, 0, height);
  g.textBaseline = "middle";
  let drawn = 0;
  const label = (text, x, y, w, fill) => {
    const left = Math.max(x, 0), room = Math.min(x + w, width) - left;
    if (room < 34) return;
    g.save(); g.beginPath(); g.rect(left, y, room - 3, ROW); g.clip();
    g.fillStyle = fill;
    g.fillText(g.measureText(text).width < room - 6 ? text : text.includes(" ") ? text : text.slice(text.lastIndexOf("/") + 1), left + 4, y + ROW / 2);
    g.restore();
  };
  const bar = (item, y, framed) => {
    const x = X(item.begin), w = Math.max((item.end - item.begin) * scale, 1), of = item.target || item.make;
    if (x + w < 0 || x > width) return;
    drawn++;
    g.globalAlpha = matches(of) ? 1 : 0.15;
    g.fillStyle = item.make ? read : failed(of) ? bad : colour(of.dir, light);
    g.fillRect(x, y + 1, w, ROW - 2);
    if (framed) {
      g.strokeStyle = of === chosen ? pick : crit; g.lineWidth = 2;
      g.strokeRect(x + 1, y + 2, Math.max(w - 2, 0.5), ROW - 4);
    }
    label(item.make ? "reads makefiles: " + of.name : of.name, x, y, w, failedBar(item) ? ground : "#000");
    g.globalAlpha = 1;
  };
  g.fillStyle = crit; g.globalAlpha = 0.16; g.fillRect(0, AXIS, width, ROW); g.globalAlpha = 1;
  for (const step of steps) bar(step, AXIS, false);
  // Bars too small to be told apart are one, unless they are to be seen: what is framed, failed or found is drawn by itself.
  let run = null;
  const flush = () => { if (run) { g.fillStyle = many; g.fillRect(run.x, run.y + 1, Math.max(run.end - run.x, 1), ROW - 2); drawn++; } run = null; };
  const last = [];
  for (const item of bars) {
    const of = item.target || item.make, y = top0 + item.row * ROW, framed = of === chosen || of.critical;
    if (framed || failedBar(item)) { last.push([item, y, framed]); continue; }
    const x = X(item.begin), w = (item.end - item.begin) * scale;
    if (w >= 2 || wanted) { flush(); bar(item, y, false); continue; }
    if (x + w < 0 || x > width) continue;
    if (run && (run.y !== y || x > run.end + 1.5)) flush();
    if (run) run.end = Math.max(run.end, x + w); else run = { x, y, end: x + w };
  }
  flush();
  for (const [item, y, framed] of last) bar(item, y, framed);
  g.fillStyle = css("--given");
  for (const { begin } of given) if (begin >= from && begin <= to) g.fillRect(X(begin) - 1, top0 - 7, 2, 6);
  root.dataset.drawn = drawn;
}
const failedBar = item => item.target !== undefined && failed(item.target);

let queued = false;
function draw() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => { queued = false; drawOverview(); drawDetail(); });
}

function zoom(a, b) {
  const least = Math.min(1, total);
  if (b - a < least) { const middle = (a + b) / 2; a = middle - least / 2; b = middle + least / 2; }
  const wide = Math.min(b - a, total);
  from = Math.max(0, Math.min(a, total - wide)); to = from + wide;
  draw();
}
const by = (factor, at) => zoom(at - (at - from) * factor, at + (to - at) * factor);
const move = part => zoom(from + (to - from) * part, to + (to - from) * part);

$("in").onclick = () => by(0.5, (from + to) / 2);
$("out").onclick = () => by(2, (from + to) / 2);
$("whole").onclick = () => zoom(0, total);
addEventListener("keydown", event => {
  if (event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
  const does = { w: () => by(0.6, (from + to) / 2), s: () => by(1.6, (from + to) / 2), a: () => move(-0.2), d: () => move(0.2), 0: () => zoom(0, total) }[event.key];
  if (does) does();
});
addEventListener("resize", draw);
for (const query of ["(prefers-color-scheme: dark)", "(resolution: 1dppx)"]) matchMedia(query).addEventListener("change", draw);

const place = (canvas, event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top, box.width]; };
{
  const canvas = $("overview");
  let begun = null;
  const at = event => { const [x, , width] = place(canvas, event); return Math.max(0, Math.min(total, x / width * total)); };
  canvas.onpointerdown = event => { begun = at(event); canvas.setPointerCapture(event.pointerId); };
  canvas.onpointermove = event => { if (begun !== null) { const now = at(event); if (Math.abs(now - begun) > total / 200) zoom(Math.min(now, begun), Math.max(now, begun)); } };
  canvas.onpointerup = canvas.onpointercancel = () => { begun = null; };
  canvas.ondblclick = () => zoom(0, total);
}
{
  const canvas = $("detail"), tip = $("tip");
  const time = event => { const [x, , width] = place(canvas, event); return from + x / width * (to - from); };
  // The bar there, or the next one less than three pixels away.
  const hit = event => {
    const [, y, width] = place(canvas, event), at = time(event), slack = (to - from) / width * 3;
    const list = y >= AXIS && y < AXIS + ROW ? steps : bars.filter(bar => bar.row === Math.floor((y - top0) / ROW));
    const away = bar => Math.max(bar.begin - at, at - bar.end, 0);
    const best = list.reduce((best, bar) => best && away(best) <= away(bar) ? best : bar, null);
    return best && away(best) <= slack ? best : null;
  };
  let drag = null;
  canvas.onpointerdown = event => { drag = { x: event.clientX, from, to, moved: false }; canvas.setPointerCapture(event.pointerId); };
  canvas.onpointermove = event => {
    if (drag) {
      const by = (drag.x - event.clientX) / canvas.clientWidth * (drag.to - drag.from);
      drag.moved ||= Math.abs(drag.x - event.clientX) > 3;
      if (drag.moved) { tip.hidden = true; zoom(drag.from + by, drag.to + by); }
      return;
    }
    const found = hit(event);
    tip.hidden = !found;
    canvas.style.cursor = found ? "pointer" : "grab";
    if (!found) return;
    tip.textContent = `${found.make ? "reads makefiles: " : ""}${nameOf(found)}, ${took(found.end - found.begin)} from ${seconds(found.begin)} s on`;
    const box = canvas.closest("figure").getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    tip.style.left = Math.max(0, Math.min(x + 12, box.width - tip.offsetWidth - 4)) + "px";
    tip.style.top = Math.max(0, Math.min(y + 16, box.height - tip.offsetHeight - 2)) + "px";
  };
  canvas.onpointerleave = () => { tip.hidden = true; };
  canvas.onpointercancel = () => { drag = null; };
  canvas.onpointerup = event => {
    const clicked = drag && !drag.moved;
    drag = null;
    const found = clicked && hit(event);
    if (found) choose(found.target || found.make, false);
  };
  canvas.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    by(event.deltaY > 0 ? 1.25 : 0.8, time(event));
  }, { passive: false });
}

// What is chosen.

function choose(item, show) {
  chosen = item;
  const box = $("chosen"), head = el("p"), is = targets[item.index] === item;
  box.textContent = "";
  head.append(el("b", item.name), is
    ? ` took ${took(item.took)}, from ${seconds(item.begin)} s to ${seconds(item.end)} s` + (item.commands > 1 ? `, in ${item.commands} commands` : "")
    : ` read makefiles for ${took(item.read - item.begin)}, and ran from ${seconds(item.begin)} s to ${seconds(item.end)} s`);
  if (item.critical) head.append(" ", el("span", "on the critical path", "crit"));
  if (is && failed(item)) head.append(" ", el("span", item.outcome, "bad"));
  box.append(head);
  const line = (what, text, cls) => { if (text) { const p = el("p"); p.append(el("span", what + " ", "said"), el("span", text, cls)); box.append(p); } };
  line("because:", item.reason);
  line("recipe at", item.place, "mono");
  line("started for", item.above, "mono");
  line("in", is ? "" : item.dir, "mono");
  line("command:", item.text, "mono");
  if (show) { const wide = Math.max(item.end - item.begin, total / 100); zoom(item.begin - wide * 1.5, item.end + wide * 1.5); } else draw();
}

// The tables.

// Shows rows of `list()`, sorted by a column that is clicked. A column: heading, class, the value to sort by, and what to show.
function table(id, columns, list, { sort = 0, descends = true, pick, most = 25 } = {}) {
  const shown = $(id), head = el("tr"), body = el("tbody"), foot = el("td"), more = el("button", "Show more");
  let limit = most;
  const fill = () => {
    const rows = list();
    const [, , value] = columns[sort];
    if (value) rows.sort((a, b) => { const [x, y] = [value(a), value(b)]; return (x < y ? -1 : x > y ? 1 : 0) * (descends ? -1 : 1); });
    body.textContent = "";
    for (const item of rows.slice(0, limit)) {
      const row = el("tr", undefined, pick ? "pick" : "");
      for (const [, cls, , show] of columns) {
        const cell = el("td", undefined, cls), what = show(item, rows);
        cell.append(what);
        row.append(cell);
      }
      if (pick) row.onclick = () => pick(item);
      body.append(row);
    }
    [...head.children].forEach((cell, at) => cell.setAttribute("aria-sort", at !== sort ? "none" : descends ? "descending" : "ascending"));
    [...head.children].forEach((cell, at) => { cell.firstChild.textContent = columns[at][0] + (at === sort && columns[at][2] ? descends ? " ▾" : " ▴" : ""); });
    more.parentElement.parentElement.hidden = rows.length <= limit;
    more.textContent = `Show ${number(Math.min(rows.length - limit, 4 * most))} more of ${number(rows.length)}`;
    return rows.length;
  };
  columns.forEach(([name, cls, value, , width], at) => {
    const cell = el("th", undefined, cls), button = el("button", name);
    if (width) cell.style.width = width;
    button.disabled = !value;
    button.onclick = () => { descends = at === sort ? !descends : cls === "n"; sort = at; fill(); };
    cell.append(button);
    head.append(cell);
  });
  more.onclick = () => { limit += 4 * most; fill(); };
  const [top, bottom, row] = [el("thead"), el("tfoot"), el("tr")];
  foot.colSpan = columns.length;
  foot.append(more); row.append(foot); bottom.append(row); top.append(head);
  shown.append(top, body, bottom);
  return { fill, again() { limit = most; return fill(); } };
}

const length = (part, whole, fill) => {
  const bar = el("span", "", "bar");
  bar.style.width = Math.max(0.5, part / Math.max(whole, 0.1) * 100) + "%";
  if (fill) bar.style.background = fill;
  return bar;
};
const mono = (text, cls) => el("span", text, "mono " + (cls || ""));
const marks = target => failed(target) ? "bad" : target.critical ? "crit" : "";

const slowTop = Math.max(0, ...targets.map(target => target.took));
const slowest = table("slowest", [
  ["Target", "", t => t.name, t => mono(t.name, marks(t))],
  ["Seconds", "n", t => t.took, t => seconds(t.took), "94px"],
  ["At", "n", t => t.begin, t => seconds(t.begin), "80px"],
  ["", "", null, t => length(t.took, slowTop), "18%"],
], () => targets.filter(matches), { sort: 1, pick: target => choose(target, true) });

const dirs = data.directories.map(([name, took, count], index) => ({ name, took, count, index }));
const dirTop = Math.max(0, ...dirs.map(dir => dir.took));
const directories = table("directories", [
  ["Directory", "", d => d.name, d => mono(d.name)],
  ["Targets", "n", d => d.count, d => number(d.count), "84px"],
  ["Seconds", "n", d => d.took, d => seconds(d.took), "94px"],
  ["", "", null, d => length(d.took, dirTop, colour(d.index, "var(--light)")), "22%"],
], () => dirs.filter(matches), { sort: 2, pick: dir => { $("find").value = dir.name === "." ? "" : dir.name + "/"; filter(); } });

const stepTop = Math.max(0, ...steps.map(step => step.took));
steps.forEach((step, at) => { step.at = at; step.waited = Math.max(0, step.begin - (at ? steps[at - 1].end : 0)); });
table("critical", [
  ["At", "n", s => s.begin, s => seconds(s.begin), "80px"],
  ["Step", "", s => nameOf(s), s => { const name = el("span"); if (s.make) name.append(el("span", "reads makefiles: ", "said")); name.append(mono(nameOf(s), s.target ? marks(s.target) : "crit")); return name; }],
  ["Seconds", "n", s => s.took, s => seconds(s.took), "94px"],
  ["Idle before", "n", s => s.waited, s => s.waited < 0.5 ? "" : seconds(s.waited), "112px"],
  ["", "", null, s => length(s.took, stepTop, s.make ? "var(--read)" : ""), "18%"],
], () => steps.slice(), { sort: 0, descends: false, pick: step => choose(step.target || step.make, true) }).fill();
$("critical-said").textContent = steps.length
  ? `${number(steps.length)} steps of ${took(longest)} together, of ${took(data.took)}. Each needs the one before: no number of jobs makes the build shorter than this. Idle: it waited for a free job, or make was between two things.`
  : "Nothing was done.";

const all = [...makes, ...given];
const makesTable = table("makes", [
  ["At", "n", m => m.begin, m => seconds(m.begin), "80px"],
  ["Make", "", m => m.name, m => mono(m.name, m.critical ? "crit" : "")],
  ["In", "", m => m.dir, m => mono(m.dir), "24%"],
  ["Was", "", m => m.given ? "given" : "evaluated", m => m.given ? el("span", "given", "given") : "evaluated", "96px"],
  ["Read for", "n", m => m.read - m.begin, m => m.given ? "" : seconds(m.read - m.begin), "98px"],
  ["Seconds", "n", m => m.end - m.begin, m => m.given ? "" : seconds(m.end - m.begin), "94px"],
], () => all.filter(matches), { sort: 4, pick: make => { if (!make.given) choose(make, true); }, most: 15 });

function filter() {
  wanted = $("find").value.trim().toLowerCase();
  const like = wanted ? ` that match “${wanted}”` : "";
  const of = (what, count) => `${number(count)} ${what}${like}.`;
  $("slowest-said").textContent = of("targets", slowest.again()) + " Several commands of one recipe are one target.";
  $("directories-said").textContent = of("directories", directories.again()) + " Click one to see what is in it.";
  $("makes-said").textContent = of("makes", makesTable.again()) + ` ${number(makes.length)} were evaluated, ${number(given.length)} given from recall` + (given.length ? ": what they saw was as it had been, so they were not evaluated." : ".");
  draw();
}
$("find").oninput = filter;

for (const [what, name, framed] of [["a command, by directory", "--mixed"], ["many small ones", "--many"], ["a make reads makefiles", "--read"], ["on the critical path", "--crit", true], ["failed", "--bad"], ["given from recall", "--given"]]) {
  const item = el("li"), box = el("i");
  box.style[framed ? "border" : "background"] = framed ? `2px solid var(${name})` : `var(${name})`;
  item.append(box, what);
  $("legend").append(item);
}
filter();
drawOverview();
drawDetail();
root.dataset.ready = targets.length;
