// Opens a trace in Perfetto and in the viewer of chrome://tracing, each in a frame, and tells what they found in it.
const wait = ms => new Promise(done => setTimeout(done, ms));
const frame = async (address, ready) => {
  const frame = document.createElement("iframe");
  frame.width = 1200;
  frame.height = 800;
  frame.src = address;
  document.body.append(frame);
  for (;;) {
    await wait(100);
    if (ready(frame.contentWindow)) return frame.contentWindow;
  }
};

// This Perfetto opens, by itself, what the server has as `localtrace`.
const perfetto = async () => {
  const window = await frame("/index.html", window => window.app?.trace);
  const query = async text => {
    const result = await window.app.trace.engine.query(text);
    const rows = [];
    for (const row = result.iter({}); row.valid(); row.next()) {
      rows.push(result.columns().map(column => String(row.get(column))));
    }
    return rows;
  };
  const count = async text => Number((await query(`select count(*) from ${text}`))[0][0]);
  return {
    errors: await query("select name, value from stats where severity in ('error', 'data_loss') and value > 0"),
    slices: await count("slice"),
    endless: await count("slice where dur < 0"),
    arrows: await count("flow"),
    counted: await count("counter"),
    rows: await count("thread where name glob 'job *'"),
  };
};

const catapult = async () => {
  const text = await (await fetch("/localtrace")).text();
  const window = await frame("/VERSION/assets/catapult_trace_viewer.html", window => window.tr?.importer?.Import);
  const model = new window.tr.Model();
  new window.tr.importer.Import(model).importTraces([text]);
  let [slices, arrows] = [0, 0];
  for (const event of model.getDescendantEvents()) {
    if (event instanceof window.tr.model.FlowEvent) arrows++;
    else if (event instanceof window.tr.model.Slice) slices++;
  }
  return { warnings: model.importWarnings.map(warning => warning.message), slices, arrows };
};

(async () => {
  const told = {};
  try {
    told.perfetto = await perfetto();
    told.catapult = await catapult();
  } catch (error) {
    told.error = `${error} ${error.stack}`;
  }
  await fetch("/seen", { method: "POST", body: JSON.stringify(told) });
})();
