// Uses a profile's page as somebody would, and leaves what was seen in it as JSON in the page.
(async () => {
  const seen = {};
  const frame = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const of = id => document.getElementById(id);
  const text = node => node ? node.textContent.replace(/\s+/g, " ").trim() : null;
  const rows = id => [...document.querySelectorAll(`#${id} tbody tr`)].map(row => text(row.cells[id === "slowest" || id === "directories" ? 0 : 1]));
  const heading = (id, name) => [...document.querySelectorAll(`#${id} thead button`)].find(button => text(button).startsWith(name));
  const filter = async value => { of("find").value = value; of("find").dispatchEvent(new Event("input")); await frame(); };
  const press = async key => { document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); await frame(); };
  const drawn = () => Number(document.documentElement.dataset.drawn);
  const colours = id => {
    const canvas = of(id), pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, met = new Set();
    for (let at = 0; at < pixels.length; at += 4) met.add(pixels[at] << 16 | pixels[at + 1] << 8 | pixels[at + 2]);
    return met.size;
  };
  // No pointer is there to be held.
  HTMLCanvasElement.prototype.setPointerCapture = () => {};
  const point = async (id, kind, part, y) => {
    const canvas = of(id), box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new PointerEvent(kind, { clientX: box.left + part * box.width, clientY: box.top + y }));
    await frame();
  };
  try {
    await frame();
    seen.ready = Number(document.documentElement.dataset.ready);
    seen.facts = Object.fromEntries([...document.querySelectorAll("#facts div")].map(fact => [text(fact.querySelector("dt")).replace(/,.*%$/, ""), text(fact.querySelector("dd"))]));
    seen.status = text(of("status"));
    seen.critical = rows("critical");
    seen.slowest = rows("slowest");
    seen.directories = rows("directories");
    seen.makes = text(of("makes-said"));
    seen.colours = [colours("overview"), colours("detail")];
    // Wider than the window is what nobody could read.
    seen.overflows = document.documentElement.scrollWidth > document.documentElement.clientWidth;
    const whole = drawn();
    for (let times = 0; times < 6; times++) await press("w");
    seen.zoomed = drawn() < whole;
    await press("0");
    seen.whole = drawn() === whole;
    await point("overview", "pointerdown", 0.2, 30);
    await point("overview", "pointermove", 0.4, 30);
    await point("overview", "pointerup", 0.4, 30);
    seen.dragged = drawn() < whole;
    await press("0");
    // The last step of the critical path ends with the build, or nearly so.
    await point("detail", "pointermove", 0.985, 29);
    seen.tip = of("tip").hidden ? null : text(of("tip"));
    await point("detail", "pointerdown", 0.985, 29);
    await point("detail", "pointerup", 0.985, 29);
    seen.clicked = text(of("chosen"));
    document.querySelector("#slowest tbody tr").click();
    await frame();
    seen.chosen = text(of("chosen"));
    await press("0");
    heading("slowest", "Target").click();
    seen.sorted = rows("slowest");
    const more = document.querySelector("#slowest tfoot button");
    more.click();
    seen.more = rows("slowest").length;
    await filter(seen.directories[0] + "/");
    seen.filtered = rows("slowest");
    seen.said = text(of("slowest-said"));
    await filter("no such target");
    seen.none = rows("slowest").length;
    await filter("");
    seen.failed = [...document.querySelectorAll("#slowest .bad")].length;
  } catch (error) {
    seen.thrown = String(error.stack || error);
  }
  seen.error = document.documentElement.dataset.error || null;
  const told = document.createElement("pre");
  told.id = "seen";
  told.textContent = JSON.stringify(seen);
  document.body.append(told);
})();
