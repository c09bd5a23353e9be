// The explorer: reads the packed tables of this page, filters them, and shows them. All text of the corpus is put in as text,
// never as markup. The address after # holds what is shown, so that every state is a link and the back button works:
// #explore?view=…, #s-<sentence>, #d-<document>; #t-<table>-<row> opens a packed table at its row.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const VIEWS = { shares: "Shares", time: "Over time", tests: "Hypotheses", topics: "Topics", search: "Search", documents: "Documents" };
  const KEYS = ["view", "actor", "stage", "code", "coder", "year", "doc", "days", "q", "topic", "read"];
  const PAGE = 20;
  const SPEECH = 0, QUESTION = 1, LABEL = 2;
  const KIND_LOOKS = { 1: "aside", 2: "label", 3: "direction", 4: "label", 5: "aside", 6: "aside" };
  const VERDICTS = {
    supported: "holds", equivalent: "holds", "opposite sign": "opposite", "not detected": "open", "not shown equivalent": "open",
    "descriptive only": "described", "too rare": "described",
  };
  let settings, core, codes, state = {}, run = 0;

  // Small things --------------------------------------------------------------------------------------------------

  // An element with attributes and children; strings become text nodes, so markup in them stays text.
  function make(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "click") node.addEventListener("click", value);
      else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  }

  const count = (n, one, many) => `${n.toLocaleString("en").replaceAll(",", "\u202f")} ${n === 1 ? one : many || one + "s"}`;
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  const sum = (steps) => { let at = 0; return steps.map((step) => (at += step)); };
  const cell = (column, row) => (column.at[row] < 0 ? null : column.of[column.at[row]]);

  // Lower case of the same length as the text, so that places found in it are places in the text.
  function fold(text) {
    const low = text.toLowerCase();
    return (low.length === text.length ? low : Array.from(text, (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join(""))
      .replaceAll("ё", "е");
  }

  // The first call does the work, later ones get the same answer.
  function once(work) {
    const done = new Map();
    return (key) => {
      if (!done.has(key)) done.set(key, work(key));
      return done.get(key);
    };
  }

  // Packed blocks --------------------------------------------------------------------------------------------------

  const SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=:?@^_`{|}~";

  const unpackText = (id) => new Blob(unbzip(decode(byId(`block-${id}`).textContent))).text();

  // Four bytes in five signs: base85 as Python writes it, with , . : for & < >.
  function decode(text) {
    const values = new Uint8Array(128), bytes = new Uint8Array(4 * Math.ceil(text.length / 5)), view = new DataView(bytes.buffer);
    for (let k = 0; k < 85; k++) values[SIGNS.charCodeAt(k)] = k;
    for (let start = 0, at = 0; start < text.length; start += 5, at += 4) {
      let word = 0;
      for (let k = start; k < start + 5; k++) word = 85 * word + (k < text.length ? values[text.charCodeAt(k)] : 84);
      view.setUint32(at, word);
    }
    return bytes.subarray(0, Math.floor((4 * text.length) / 5));
  }

  const unpack = async (id) => JSON.parse(await unpackText(id));

  // Bytes packed by bzip2 (Burrows and Wheeler 1994; Huffman codes; runs), which makes text a quarter smaller than what browsers unpack
  // themselves. Block sums are not compared: the page is one file, and broken data would not parse.
  function unbzip(bytes) {
    let at = 4, buffer = 0, held = 0;
    const bits = (n) => {
      for (; held < n; held += 8) buffer = (buffer << 8) | bytes[at++];
      held -= n;
      return (buffer >>> held) & ((1 << n) - 1);
    };
    const parts = [], links = new Uint32Array(100000 * (bytes[3] - 48));
    while (bits(24) === 0x314159) {
      bits(24), bits(24), bits(9); // rest of the mark of a block, its sum, a flag no longer used
      const first = bits(24), used = [], groups = bits(16);
      for (let k = 0; k < 16; k++) {
        if ((groups >>> (15 - k)) & 1) for (let j = 0, set = bits(16); j < 16; j++) if ((set >>> (15 - j)) & 1) used.push(16 * k + j);
      }
      const n = unpackSymbols(bits, Uint8Array.from(used), links);
      // Each byte's link to the byte that follows it: the sorted bytes stand in the same order as the bytes themselves.
      const place = new Uint32Array(257);
      for (let k = 0; k < n; k++) place[(links[k] & 255) + 1]++;
      for (let k = 0; k < 256; k++) place[k + 1] += place[k];
      for (let k = 0; k < n; k++) links[place[links[k] & 255]++] |= k << 8;
      parts.push(followLinks(links, n, links[first] >>> 8));
    }
    return parts;
  }

  // Writes the block's bytes, not yet in order, into links; returns how many.
  function unpackSymbols(bits, used, links) {
    const size = used.length + 2, tables = bits(3), queue = [...Array(tables).keys()];
    const choice = Array.from({ length: bits(15) }, () => {
      let k = 0;
      while (bits(1)) k++;
      queue.unshift(...queue.splice(k, 1));
      return queue[0];
    });
    const codes = queue.map(() => {
      let length = bits(5);
      return readCodes(Array.from({ length: size }, () => {
        while (bits(1)) length += bits(1) ? -1 : 1;
        return length;
      }));
    });
    let n = 0, run = 0, power = 1;
    for (let step = 0; ; step++) {
      const { least, limit, base, symbols } = codes[choice[(step / 50) | 0]];
      let length = least, code = bits(least);
      while (code > limit[length]) code = (code << 1) | bits(1), length++;
      const symbol = symbols[code - base[length]];
      if (symbol < 2) {
        run += power << symbol;
        power <<= 1;
        continue;
      }
      links.fill(used[0], n, n + run);
      n += run;
      run = 0, power = 1;
      if (symbol === size - 1) return n;
      const byte = used[symbol - 1];
      used.copyWithin(1, 0, symbol - 1);
      links[n++] = used[0] = byte;
    }
  }

  // Codes in the order of length, then of symbol: for each length the last code, and what to take off a code to find its symbol.
  function readCodes(lengths) {
    const least = Math.min(...lengths), most = Math.max(...lengths), limit = [], base = [], symbols = [];
    for (let length = least, code = 0; length <= most; length++, code <<= 1) {
      base[length] = code - symbols.length;
      lengths.forEach((its, symbol) => its === length && symbols.push(symbol));
      code = base[length] + symbols.length;
      limit[length] = code - 1;
    }
    return { least, limit, base, symbols };
  }

  // The block's bytes in order; four alike are followed by the number of more that are alike.
  function followLinks(links, n, start) {
    let out = new Uint8Array(2 * n + 1024), size = 0, at = start, last = -1, alike = 0;
    for (let k = 0; k < n; k++) {
      const byte = links[at] & 255;
      at = links[at] >>> 8;
      if (size + 256 > out.length) {
        const longer = new Uint8Array(2 * out.length);
        longer.set(out);
        out = longer;
      }
      if (alike === 4) {
        out.fill(last, size, size + byte);
        size += byte;
        alike = 0;
        last = -1;
        continue;
      }
      alike = byte === last ? alike + 1 : 1;
      out[size++] = last = byte;
    }
    return out.subarray(0, size);
  }

  // Tables of the paper: built when opened or linked to ------------------------------------------------------------

  const buildTable = once(async (name) => {
    const place = document.querySelector(`[data-table="${name}"]`);
    const { heads, ids, cells } = await unpack(`table-${name}`);
    const head = make("tr", {}, heads.map(([text, numeric]) => make("th", { class: numeric ? "n" : null, scope: "col" }, text)));
    const rows = ids.map((id, k) => make("tr", { id }, heads.map(([, numeric], c) => make("td", { class: numeric ? "n" : null }, cells[c][k]))));
    place.replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, rows)));
  });

  // Show the target of a link into the paper, opening what it is folded into; a target that exists only now is scrolled to here.
  async function showAnchor(id) {
    const name = [...document.querySelectorAll("[data-table]")].map((node) => node.dataset.table)
      .find((table) => id === `t-${table}` || id.startsWith(`t-${table}-`));
    if (name) await buildTable(name);
    const node = byId(id);
    if (!node) return;
    for (let up = node.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
    document.querySelectorAll("tr.shown").forEach((row) => row.classList.remove("shown"));
    if (node.tagName === "TR") node.classList.add("shown");
    node.scrollIntoView({ block: node.tagName === "TR" ? "center" : "start" });
  }

  // What is known -------------------------------------------------------------------------------------------------

  function prepare() {
    const s = core.sentences;
    s.document = sum(s.document);
    core.carriers = {};
    for (const [coder, given] of Object.entries(core.given)) {
      core.carriers[coder] = Object.fromEntries(Object.entries(given).map(([code, steps]) => [code, new Set(sum(steps))]));
    }
    core.readers = Object.fromEntries(Object.entries(core.read).map(([coder, steps]) => [coder, new Set(sum(steps))]));
    core.places = new Map(core.documents.id.map((id, k) => [id, k]));
    core.rows = new Map(s.document.map((d, k) => [`${d} ${s.turn[k]} ${s.number[k]}`, k]));
    codes = new Map(core.codes.map(([code, title, family, composite]) => [code, { title, family, composite }]));
    core.withShares = core.shares.coder_id.of;
  }

  const nameActor = (id) => core.actors[id] || id;
  const nameStage = (id) => core.stages[id] || (id === "all" ? "All stages" : id || "no stage");
  const nameCode = (id) => (codes.get(id) ? `${codes.get(id).title} (${id})` : id);
  const nameTopic = (topic) => topic.words.slice(0, 3).join(", ") || topic.label;
  const shownCoder = () => core.shown_codes[state.coder] || state.coder;
  const actorsAsked = () => (state.actor ? state.actor.split(",") : []);
  const idOf = (d, turn, number) => `${core.documents.id[d]}:t${String(turn).padStart(3, "0")}:s${String(number).padStart(2, "0")}`;

  // Whether a document fits the filters of stage, year, days and document.
  function fitsDocument(d) {
    const { id, date, title, stage } = core.documents;
    if (state.stage && stage[d] !== state.stage) return false;
    if (state.year && !date[d].startsWith(state.year)) return false;
    if (state.days) {
      const [start, end] = state.days.split("~");
      if ((start && date[d] < start) || (end && date[d] > end)) return false;
    }
    if (state.doc && id[d] !== state.doc) {
      const words = fold(state.doc).split(/\s+/).filter(Boolean), all = fold(`${title[d]} ${id[d]}`);
      if (!words.every((word) => all.includes(word))) return false;
    }
    return true;
  }

  // Positions of the sentences that fit the filters; `code` is "" for all.
  function select(code = state.code) {
    const s = core.sentences, asked = new Set(actorsAsked()), coder = shownCoder();
    const fits = core.documents.id.map((_, d) => fitsDocument(d));
    const groups = code ? code.split(",").map((one) => core.carriers[coder]?.[one] || new Set()) : null;
    const read = core.readers[coder], found = [];
    for (let k = 0; k < s.turn.length; k++) {
      if (!fits[s.document[k]] || (asked.size && !asked.has(cell(s.actor, k)))) continue;
      if ((read && !read.has(k)) || (groups && !groups.some((held) => held.has(k)))) continue;
      found.push(k);
    }
    return found;
  }

  // Texts ---------------------------------------------------------------------------------------------------------

  // A document as lists of objects: paragraphs, spans, turns, sentences, matches.
  function readDocument(raw) {
    const spans = [], sentences = [], matches = [];
    for (let k = 0, p = 0, end = 0, turn = 0; k < raw.s.length; k += 5) {
      p += raw.s[k];
      const start = raw.s[k + 1] + (raw.s[k] || !k ? 0 : end);
      end = start + raw.s[k + 2];
      turn += raw.s[k + 4];
      spans.push({ p, start, end, kind: raw.s[k + 3], turn });
    }
    let number = 0;
    for (let k = 0, turn = 0, p = 0, end = 0; k < raw.n.length; k += 4) {
      turn += raw.n[k];
      p += raw.n[k + 1];
      number = raw.n[k] ? 0 : number;
      const start = raw.n[k + 2] + (raw.n[k + 1] || !k ? 0 : end);
      end = start + raw.n[k + 3];
      sentences.push({ turn, p, start, end, number: number++, matches: [] });
    }
    for (let k = 0, row = 0; k < raw.m.length; k += 4) {
      row += raw.m[k];
      matches.push(sentences[row].matches.push({ code: core.codes[raw.m[k + 1]][0], start: raw.m[k + 2], end: raw.m[k + 2] + raw.m[k + 3] }));
    }
    const turns = raw.t.map(([label, actor, kind]) => ({ label, actor, kind }));
    return { d: raw.d, paragraphs: raw.p, spans, sentences, turns, rows: new Map(sentences.map((s) => [`${s.turn} ${s.number}`, s])) };
  }

  const openShard = once(async (shard) => new Map((await unpack(`text-${shard}`)).map((raw) => [raw.d, readDocument(raw)])));

  async function openDocument(d) {
    const shard = core.documents.shard[d];
    return shard < 0 ? null : (await openShard(shard)).get(d);
  }

  const textOf = (text, s) => text.paragraphs[s.p].slice(s.start, s.end);

  // Text with the given places [start, end, title] marked; overlapping ones become one mark.
  function markPlaces(text, places) {
    const joined = [], nodes = [];
    for (const [start, end, title] of [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
      const last = joined.at(-1);
      if (last && start < last[1]) {
        last[1] = Math.max(last[1], end);
        last[2].add(title);
      } else joined.push([start, end, new Set([title])]);
    }
    let at = 0;
    for (const [start, end, titles] of joined) {
      nodes.push(text.slice(at, start), make("mark", { title: [...titles].filter(Boolean).join(", ") || null }, text.slice(start, end)));
      at = end;
    }
    return [...nodes, text.slice(at)];
  }

  // Composites are marked by the words of all their parts' families, other codes by their own.
  function wanted(match) {
    const asked = state.code ? state.code.split(",") : [];
    if (!asked.length || asked.some((code) => codes.get(code)?.composite)) return true;
    return asked.includes(match.code);
  }

  const placesOf = (s) => s.matches.filter(wanted).map((m) => [m.start, m.end, nameCode(m.code)]);

  // The page's address with a fragment that scrolls to the sentence, for web addresses alone.
  function linkPage(d, text) {
    const url = core.documents.url[d];
    if (settings.simulated || !/^https?:\/\//i.test(url)) return null;
    const words = text ? text.split(/\s+/).slice(0, 6).join(" ").replace(/[.,;:!?…]+$/, "") : "";
    const target = words ? `${url}#:~:text=${encodeURIComponent(words).replaceAll("-", "%2D")}` : url;
    return target;
  }

  // Codes of a sentence that counts, by coder.
  function listCodes(k) {
    const rows = [];
    for (const [coder, carriers] of Object.entries(core.carriers)) {
      if (core.readers[coder] && !core.readers[coder].has(k)) continue;
      const held = Object.keys(carriers).filter((code) => !codes.get(code)?.composite && carriers[code].has(k));
      rows.push(make("dt", {}, core.coders[coder] || coder), make("dd", {}, held.map(nameCode).join("; ") || "no code"));
    }
    return rows.length ? make("dl", {}, rows) : null;
  }

  function foot(d, turn, paragraph, text, sentence) {
    const { id, date, title, withheld } = core.documents;
    const out = linkPage(d, text), where = paragraph === null ? "" : `, paragraph ${paragraph + 1}`;
    const who = turn ? turn.label || nameActor(turn.actor) : "";
    return make("footer", {},
      settings.simulated ? make("b", { class: "sim" }, "Simulated. ") : null,
      who ? `${who}, ` : "", `${date[d]}, `, make("a", { href: `#d-${encodeURIComponent(id[d])}` }, title[d] || id[d]), `${where}. `,
      sentence ? make("a", { href: `#s-${encodeURIComponent(sentence)}` }, sentence) : null, sentence ? " " : null,
      out ? make("a", { href: out, rel: "noreferrer", target: "_blank" }, withheld[d] ? "original page (its text may not be shown here)" : "original page") : null);
  }

  // A sentence that counts, in its context.
  async function showSentence(k) {
    const s = core.sentences, d = s.document[k], id = idOf(d, s.turn[k], s.number[k]), text = await openDocument(d);
    const found = text?.rows.get(`${s.turn[k]} ${s.number[k]}`), turn = text?.turns[s.turn[k]] || { label: "", actor: cell(s.actor, k) };
    if (!found || core.documents.withheld[d] || !text.paragraphs.length) {
      const why = core.documents.withheld[d] ? "The text of this document may not be redistributed." : "The text of this document is not in this file.";
      return make("article", { class: "x-item" }, make("p", { class: "near" }, why), foot(d, turn, found ? found.p : null, "", id), listCodes(k));
    }
    const words = textOf(text, found), near = (n) => text.rows.get(`${found.turn} ${found.number + n}`);
    const before = near(-1) ? `… ${textOf(text, near(-1)).slice(-90).replace(/^\S*\s/, "")} ` : "", after = near(1) ? ` ${textOf(text, near(1)).slice(0, 90).replace(/\s\S*$/, "")} …` : "";
    const body = make("p", {}, make("span", { class: "near" }, before), markPlaces(words, placesOf(found)), make("span", { class: "near" }, after));
    return make("article", { class: "x-item" }, body, foot(d, turn, found.p, words, id), listCodes(k));
  }

  // The list ------------------------------------------------------------------------------------------------------

  function describeFilters() {
    const parts = [];
    if (state.code) parts.push(state.code.split(",").map(nameCode).join(" or "));
    if (state.actor) parts.push(actorsAsked().map(nameActor).join(" and "));
    if (state.stage) parts.push(nameStage(state.stage));
    if (state.year) parts.push(state.year);
    if (state.days) parts.push(`${state.days.split("~").map((day) => day || "…").join(" to ")}`);
    if (state.doc) parts.push(`document: ${core.documents.title[core.places.get(state.doc)] || state.doc}`);
    return parts.join("; ");
  }

  // Show items one page after another; `show` turns one into an element. A newer call makes an older one stop.
  async function showList(title, summary, items, show) {
    const mine = ++run, place = byId("x-items"), more = byId("x-more");
    byId("x-list").hidden = false;
    byId("x-list-title").textContent = title;
    byId("x-count").textContent = summary;
    place.replaceChildren();
    let at = 0;
    const next = async () => {
      more.hidden = true;
      const nodes = [];
      for (const item of items.slice(at, at + PAGE)) nodes.push(await show(item));
      if (mine !== run) return null;
      at += PAGE;
      place.append(...nodes);
      more.hidden = at >= items.length;
      return nodes[0];
    };
    more.onclick = async () => {
      const first = await next();
      if (first) { first.tabIndex = -1; first.focus(); }
    };
    await next();
  }

  async function listSentences() {
    const found = select(), documents = new Set(found.map((k) => core.sentences.document[k])).size, filters = describeFilters();
    const summary = `${count(found.length, "sentence")} of talk on integration in ${count(documents, "document")}${filters ? `: ${filters}` : ""}. ` +
      `Codes: ${core.coders[shownCoder()] || shownCoder()}.`;
    await showList("Sentences behind it", summary, found, showSentence);
  }

  // Charts --------------------------------------------------------------------------------------------------------

  // Vega runs as a script of this page, whose hash the page's policy names.
  const loadVega = once(async () => {
    document.head.append(make("script", { type: "module" }, await unpackText("vega")));
    for (let k = 0; k < 200 && !window.vegaEmbed; k++) await new Promise((done) => setTimeout(done, 20));
    return window.vegaEmbed;
  });

  const tip = make("div", { class: "x-tip", hidden: true, "aria-hidden": "true" });

  function showTip(handler, event, item, value) {
    tip.hidden = !value;
    if (!value) return;
    tip.textContent = String(value);
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${event.clientY + 14}px`;
  }

  // A chart with its table: the chart is for eyes and pointers, the table holds the same rows as buttons.
  function addChart(place, name, title, rows, heads, choose) {
    const caption = make("h3", {}, title, settings.simulated ? make("b", { class: "sim" }, " Simulated data.") : null), chart = make("div", { class: "x-chart", role: "img", "aria-label": `${title}. The table below holds its numbers.` });
    const body = make("tbody", {}, rows.map((row) => make("tr", {},
      row.cells.map((text, c) => make(c ? "td" : "th", { scope: c ? null : "row" }, c || !choose ? text : make("button", { type: "button", click: () => choose(row) }, text))))));
    const table = make("div", { class: "x-table", tabindex: "0", role: "region", "aria-label": `Table: ${title}` }, make("table", {},
      make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))), body));
    place.append(caption, chart, make("details", {}, make("summary", {}, "The numbers as a table"), table));
    const drawn = rows.filter((row) => row.drawn !== false).map((row, key) => ({ ...row, cells: undefined, target: undefined, key }));
    const kept = rows.filter((row) => row.drawn !== false);
    if (!drawn.length) {
      chart.removeAttribute("role");
      chart.removeAttribute("aria-label");
      chart.textContent = "Nothing can be estimated here; the table says why.";
      return;
    }
    const gone = rows.length - drawn.length;
    if (gone) chart.after(make("p", { class: "small" }, `${gone} of ${rows.length} ${gone === 1 ? "has" : "have"} no mark (not estimable, or not on this scale); the table says why.`));
    draw(chart, name, drawn, kept, choose);
  }

  // An actor has one colour and shape in every chart, whoever else is shown.
  function fixLooks(part, names, order) {
    if (part.field === "name" && part.scale?.range) {
      part.scale.domain = names;
      part.scale.range = names.map((name) => part.scale.range[order.indexOf(name) % part.scale.range.length]);
    }
    for (const value of Object.values(part)) if (value && typeof value === "object") fixLooks(value, names, order);
  }

  async function draw(chart, name, drawn, kept, choose) {
    const embed = await loadVega();
    if (!chart.isConnected) return;
    const place = make("div", { "aria-hidden": "true" });
    chart.replaceChildren(place);
    const spec = structuredClone(settings.charts[name]), order = [...core.main_actors, ...Object.keys(core.actors).filter((id) => !core.main_actors.includes(id))].map(nameActor);
    const present = new Set(drawn.map((row) => row.name)), names = [...order, "Others"].filter((one) => present.has(one));
    fixLooks(spec, names, [...order.slice(0, core.main_actors.length), "Others", ...order.slice(core.main_actors.length)]);
    if (spec.height.step) {  // as a number: Vega-Lite does not fit a chart's width beside a height in steps without a warning
      const step = spec.height.for === "offset" ? Math.max(spec.height.step * names.length, 22) : spec.height.step;
      spec.height = step * new Set(drawn.map((row) => row.frame ?? row.label)).size;
    }
    if (chart.clientWidth < 500) {
      spec.config.axisY.labelLimit = 118;
      spec.config.axisX.labelLimit = 56;
      spec.config.legend.columns = name === "tests" ? 1 : 2;
    }
    spec.datasets.rows = drawn;
    const options = { ast: true, actions: false, renderer: "svg", mode: "vega-lite", defaultStyle: false, tooltip: showTip, loader: { load: () => Promise.reject(new Error("nothing is loaded")) } };
    const { view } = await embed(place, spec, options);
    view.addEventListener("click", (event, item) => {
      const key = item?.datum?.key;
      if (key !== undefined && choose) choose(kept[key]);
    });
  }

  // Set filters from a mark or button, then show the sentences behind it.
  function choose(changes) {
    go({ ...changes });
    const list = byId("x-list");
    list.scrollIntoView({ block: "start" });
    list.focus({ preventScroll: true });
  }

  const actorsShown = (known) => {
    const asked = actorsAsked();
    return (asked.length ? asked : core.main_actors).filter((actor) => known.has(actor));
  };

  // Rows of the table of shares of the coder.
  function* shareRows() {
    const t = core.shares, coder = core.withShares.includes(state.coder) ? state.coder : settings.coder;
    const which = t.coder_id.of.indexOf(coder);
    for (let k = 0; k < t.coder_id.at.length; k++) {
      if (t.coder_id.at[k] !== which) continue;
      yield {
        code: cell(t.code, k), actor: cell(t.actor_id, k), stage: cell(t.stage_id, k), reason: cell(t.reason, k), share: t.share[k],
        low: t.low[k], high: t.high[k], n: t.n_sentences[k], n_documents: t.n_documents[k], n_coded: t.n_coded[k],
      };
    }
  }

  function sayShare(row) {
    if (row.share === null) return `${nameActor(row.actor)}: ${row.reason || "no talk"}`;
    const interval = row.low === null ? "" : ` (95 % interval ${percent(row.low)} to ${percent(row.high)})`;
    return `${nameActor(row.actor)}, ${nameStage(row.stage)}: ${percent(row.share)}${interval} of ${count(row.n, "sentence")}`;
  }

  function showShares(place) {
    const rows = [...shareRows()], known = new Set(rows.map((row) => row.actor)), actors = actorsShown(known);
    const asked = state.code ? state.code.split(",") : core.codes.filter(([code, , , composite]) => composite && /_any$/.test(code)).map(([code]) => code);
    const stages = state.stage ? [state.stage] : ["all", ...Object.keys(core.stages)];
    const heads = ["Stage", "Actor", "Share", "95 % interval", "Sentences", "With the code", "Documents", "Not given because"];
    for (const code of asked) {
      const mine = [];
      for (const stage of stages) for (const actor of actors) {
        const row = rows.find((one) => one.code === code && one.stage === stage && one.actor === actor);
        if (!row) continue;
        const interval = row.low === null ? "–" : `${percent(row.low)} to ${percent(row.high)}`;
        mine.push({
          ...row, label: nameStage(stage), name: nameActor(actor), about: sayShare(row), drawn: row.share !== null,
          low: row.low ?? row.share, high: row.high ?? row.share,
          cells: [nameStage(stage), nameActor(actor), row.share === null ? "–" : percent(row.share), interval, String(row.n), String(row.n_coded ?? "–"), String(row.n_documents), row.reason || ""],
        });
      }
      addChart(place, "shares", `${nameCode(code)}: share of sentences by actor and stage`, mine, heads,
        (row) => choose({ view: "shares", code: row.code, actor: row.actor, stage: row.stage === "all" ? "" : row.stage }));
    }
    showFrames(place, rows, actors);
  }

  function showFrames(place, rows, actors) {
    const stage = state.stage || "all", mine = [], family = state.code ? codes.get(state.code)?.family : "";
    for (const [code, title, its, composite] of core.codes) {
      if (composite || !its || (family && its !== family)) continue;
      for (const actor of actors) {
        const row = rows.find((one) => one.code === code && one.stage === stage && one.actor === actor);
        if (!row) continue;
        mine.push({
          ...row, frame: `${code} ${title}`, name: nameActor(actor), about: `${title}. ${sayShare(row)}`, drawn: row.share !== null,
          text: row.share === null ? "" : (100 * row.share).toFixed(1), dark: false,
          cells: [`${title} (${code})`, nameActor(actor), row.share === null ? "–" : percent(row.share), String(row.n), row.reason || ""],
        });
      }
    }
    const top = Math.max(...mine.map((row) => row.share || 0));
    mine.forEach((row) => { row.dark = row.share > 0.6 * top; });
    addChart(place, "frames", `Sub-frames by actor, % of sentences (${nameStage(stage)})`, mine, ["Frame", "Actor", "Share", "Sentences", "Not given because"],
      (row) => choose({ view: "shares", code: row.code, actor: row.actor, stage: stage === "all" ? "" : stage }));
  }

  function showTime(place) {
    const counts = new Map(), found = select(), s = core.sentences, shown = new Set(actorsAsked().length ? actorsAsked() : core.main_actors);
    for (const k of found) {
      const actor = cell(s.actor, k), year = core.documents.date[s.document[k]].slice(0, 4), who = shown.has(actor) ? actor : "";
      counts.set(`${year} ${who}`, (counts.get(`${year} ${who}`) || 0) + 1);
    }
    const others = Object.keys(core.actors).filter((actor) => !shown.has(actor)).join(",");
    const rows = [...counts].map(([key, n]) => {
      const [year, actor] = [key.slice(0, 4), key.slice(5)], name = actor ? nameActor(actor) : "Others";
      return { year, actor: actor || others, name, n, about: `${name}, ${year}: ${count(n, "sentence")}`, cells: [year, name, String(n)] };
    }).sort((a, b) => a.year.localeCompare(b.year) || a.name.localeCompare(b.name));
    const years = rows.map((row) => Number(row.year)), name = nameActor([...shown][0]);
    for (let year = Math.min(...years); year < Math.max(...years); year++) {  // a year without sentences keeps its place
      if (!years.includes(year)) rows.push({ year: String(year), actor: [...shown][0], name, n: 0, about: `${year}: no sentence`, cells: [String(year), "all shown", "0"] });
    }
    rows.sort((a, b) => a.year.localeCompare(b.year));
    const what = state.code ? state.code.split(",").map(nameCode).join(" or ") : "talk on integration";
    addChart(place, "time", `Sentences a year: ${what}`, rows, ["Year", "Actor", "Sentences"], (row) => choose({ view: "time", year: row.year, actor: row.actor }));
  }

  function showTests(place) {
    const coder = core.tests.some((test) => test.coder === state.coder) ? state.coder : settings.coder, asked = actorsAsked();
    const rows = core.tests.filter((test) => test.coder === coder && (!state.code || test.codes.some((code) => state.code.split(",").includes(code))) &&
      (!asked.length || asked.some((actor) => test.actors.includes(actor)))).map((test) => {
      const points = (value) => (value === null ? "–" : (100 * value).toFixed(1)), joint = test.test === "joint";
      const estimate = test.estimate === null || joint ? null : 100 * test.estimate;
      const interval = test.low === null ? "–" : `${points(test.low)} to ${points(test.high)}`;
      const p = test.p_holm ?? test.p;
      return {
        test, estimate, low: test.low === null ? estimate : 100 * test.low, high: test.high === null ? estimate : 100 * test.high,
        label: `${test.id} · ${test.window}`, group: VERDICTS[test.verdict] || "absent", drawn: estimate !== null,
        about: `${test.id}, ${test.window}: ${test.claim} [${test.contrast}]. ${points(test.estimate)} points (${interval}): ${test.verdict}.`,
        cells: [test.id, test.window, test.claim, test.contrast, joint ? `F = ${test.estimate ?? "–"}` : points(test.estimate), interval, p === null ? "–" : p < 0.001 ? "< .001" : p.toFixed(3), test.confirmatory ? "confirmatory" : "exploratory", test.verdict, test.reason || ""],
      };
    });
    const confirmatory = rows.filter((row) => row.test.confirmatory), others = rows.filter((row) => !row.test.confirmatory);
    const heads = ["Hypothesis", "Window", "Claim", "Contrast", "Estimate, points", "95 % interval", "p", "Kind", "Verdict", "Note"];
    const pick = ({ test }) => choose({ view: "tests", code: test.codes.join(","), actor: test.actors.join(","), days: `${test.days[0] || ""}~${test.days[1] || ""}`, stage: "", year: "" });
    if (confirmatory.length) addChart(place, "tests", "Confirmatory tests: estimate with 95 % interval", confirmatory.map(bare), heads, pick);
    if (others.length) addChart(place, "tests", "Exploratory tests: estimate with 95 % interval", others.map(bare), heads, pick);
    if (!rows.length) place.append(make("p", {}, "No hypothesis fits these filters."));
    function bare(row) { return { ...row, toJSON: undefined }; }
  }

  function showTopics(place) {
    if (!core.topics.length) {
      place.append(make("p", {}, "No topic was stable enough to be reported."));
      return;
    }
    const asked = actorsAsked(), shown = asked.length ? asked : core.main_actors, rows = [];
    for (const topic of core.topics) for (const actor of shown) {
      const found = topic.actors.find((row) => row[0] === actor);
      if (!found) continue;
      const [, n_documents, n_turns, share, low, high, reason] = found, interval = low === null ? "–" : `${percent(low)} to ${percent(high)}`;
      rows.push({
        topic: topic.id, actor, label: nameTopic(topic), name: nameActor(actor), share, low: low ?? share, high: high ?? share, drawn: share !== null,
        about: `${topic.words.join(", ")}. ${nameActor(actor)}: ${share === null ? reason : `${percent(share)} (${interval})`}`,
        cells: [nameTopic(topic), nameActor(actor), share === null ? "–" : percent(share), interval, String(n_turns), String(n_documents), reason || ""],
      });
    }
    addChart(place, "topics", "Topics: share of each actor’s talk on integration", rows, ["Topic", "Actor", "Share", "95 % interval", "Turns", "Documents", "Not given because"],
      (row) => choose({ view: "topics", topic: row.topic, actor: row.actor }));
    place.append(make("h3", {}, "The topics’ strongest words"), ...core.topics.map((topic) => make("div", { class: "x-topic" },
      make("button", { type: "button", "aria-pressed": String(state.topic === topic.id), click: () => choose({ view: "topics", topic: topic.id }) }, "Typical turns"),
      " ", make("b", {}, nameTopic(topic)), topic.words.length > 3 ? `, ${topic.words.slice(3).join(", ")}` : "")));
  }

  async function listTypical() {
    const topic = core.topics.find((one) => one.id === state.topic), actor = actorsAsked().length === 1 ? state.actor : "";
    const turns = (topic?.typical[actor] || []).filter(([d]) => fitsDocument(d));
    const who = actor ? ` of ${nameActor(actor)}` : "";
    await showList("Most typical turns", topic ? `${count(turns.length, "turn")}${who} with the largest share of the topic “${nameTopic(topic)}”.` : "Choose a topic.", turns, async ([d, number, share]) => {
      const text = await openDocument(d), turn = text?.turns[number], words = text && !core.documents.withheld[d] ? joinTurn(text, number) : "";
      const first = text?.sentences.find((s) => s.turn === number);
      const lead = words ? `${words.slice(0, 420)}${words.length > 420 ? " …" : ""}` : "The text of this document is not in this file.";
      return make("article", { class: "x-item" }, make("p", {}, make("b", {}, `${percent(share)} `), lead),
        foot(d, turn, first ? first.p : null, first && words ? textOf(text, first) : "", first ? idOf(d, number, first.number) : null));
    });
  }

  // Search --------------------------------------------------------------------------------------------------------

  const joinTurn = (text, turn) => text.spans.filter((s) => s.turn === turn && (s.kind === SPEECH || s.kind === QUESTION)).map((s) => text.paragraphs[s.p].slice(s.start, s.end)).join("\n");

  // Turns of a shard as [document, turn, folded text], made at the first search.
  const indexShard = once(async (shard) => {
    const turns = [];
    for (const text of (await openShard(shard)).values()) {
      const parts = new Map();
      for (const s of text.spans) {
        if (s.turn < 0 || (s.kind !== SPEECH && s.kind !== QUESTION)) continue;
        const words = text.paragraphs[s.p].slice(s.start, s.end);
        parts.set(s.turn, parts.has(s.turn) ? `${parts.get(s.turn)}\n${words}` : words);
      }
      for (const [turn, words] of parts) turns.push([text.d, turn, fold(words)]);
    }
    return turns;
  });

  // The words and phrases of a query.
  const readQuery = (query) => [...fold(query).matchAll(/["“”„«]([^"“”„«»]+)["“”»]|(\S+)/g)].map((found) => (found[1] || found[2]).trim()).filter(Boolean);

  async function search() {
    const terms = readQuery(state.q || ""), mine = ++run, asked = new Set(actorsAsked()), found = [];
    if (!terms.length) return showList("Turns found", "Type a word to search for.", [], null);
    const shards = 1 + Math.max(-1, ...core.documents.shard), fits = core.documents.id.map((_, d) => fitsDocument(d));
    byId("x-list-title").textContent = "Turns found";
    byId("x-count").textContent = "Searching …";
    for (let shard = 0; shard < shards; shard++) {
      const turns = await indexShard(shard), texts = await openShard(shard);
      if (mine !== run) return null;
      for (const [d, turn, words] of turns) {
        if (!fits[d] || (asked.size && !asked.has(texts.get(d).turns[turn]?.actor))) continue;
        if (terms.every((term) => words.includes(term))) found.push([d, turn]);
      }
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const missing = core.documents.shard.filter((shard) => shard < 0).length, filters = describeFilters();
    const summary = `${count(found.length, "turn")} in ${count(new Set(found.map(([d]) => d)).size, "document")} with ${terms.map((term) => `“${term}”`).join(" and ")}${filters ? `: ${filters}` : ""}.` +
      (missing ? ` The texts of ${count(missing, "document")} are not in this file and were not searched.` : "");
    return showList("Turns found", summary, found, (item) => showHit(item, terms));
  }

  async function showHit([d, number], terms) {
    const text = await openDocument(d), words = joinTurn(text, number), low = fold(words), places = [];
    for (const term of terms) for (let at = low.indexOf(term); at >= 0; at = low.indexOf(term, at + term.length)) places.push([at, at + term.length, ""]);
    places.sort((a, b) => a[0] - b[0]);
    const start = Math.max(0, places[0][0] - 160), end = Math.min(words.length, places[0][1] + 260);
    const inside = places.filter((place) => place[0] >= start && place[1] <= end).map(([a, b]) => [a - start, b - start, ""]);
    const hit = text.sentences.find((s) => s.turn === number && fold(textOf(text, s)).includes(terms[0])) || text.sentences.find((s) => s.turn === number);
    const more = places.length - inside.length;
    return make("article", { class: "x-item" },
      make("p", {}, start ? "… " : "", markPlaces(words.slice(start, end), inside), end < words.length ? " …" : "", more > 0 ? make("span", { class: "near small" }, ` (${count(more, "more place")} in this turn)`) : null),
      foot(d, text.turns[number], hit ? hit.p : null, hit ? textOf(text, hit) : "", hit ? idOf(d, number, hit.number) : null));
  }

  // Documents -----------------------------------------------------------------------------------------------------

  async function listDocuments() {
    const asked = new Set(actorsAsked()), s = core.sentences, held = asked.size || state.code ? new Set(select().map((k) => s.document[k])) : null;
    const found = core.documents.id.map((_, d) => d).filter((d) => fitsDocument(d) && (!held || held.has(d)));
    const { id, date, title, event } = core.documents, filters = describeFilters();
    await showList("Documents", `${count(found.length, "document")}${filters ? ` with: ${filters}` : ""}.`, found, async (d) =>
      make("p", {}, `${date[d]} `, make("a", { href: `#d-${encodeURIComponent(id[d])}` }, title[d] || id[d]), make("span", { class: "small" }, ` ${event[d]}`)));
  }

  async function showDocument(place, d, sentence) {
    const { id, date, title, event, stage, withheld } = core.documents, text = await openDocument(d), out = linkPage(d, "");
    byId("x-list").hidden = true;
    const heading = make("h3", { tabindex: "-1" }, title[d] || id[d]);
    place.replaceChildren(
      make("p", {}, make("a", { href: link({ view: "documents", read: "" }) }, "All documents")), heading,
      make("p", { class: "small" }, settings.simulated ? make("b", { class: "sim" }, "Simulated. ") : null, `${date[d]}, ${event[d]}, ${nameStage(stage[d])}. ${id[d]}. `, out ? make("a", { href: out, rel: "noreferrer", target: "_blank" }, "original page") : null),
      make("p", { class: "small" }, "What the dictionary matched is ", make("mark", {}, "marked"), "; sentences that count as talk on integration are underlined, those with a code of the coder chosen above are shaded and followed by it. Questions, remarks and read-outs are grey."));
    let target = heading;
    if (!text || withheld[d]) place.append(make("p", {}, withheld[d] ? "The text of this document may not be redistributed; follow the link to the original page." : "The text of this document is not in this file."));
    else target = (await fillDocument(place, text, sentence)) || heading;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: target === heading ? "start" : "center" });
  }

  async function fillDocument(place, text, sentence) {
    const body = make("div", { class: "x-doc" }), carriers = core.carriers[shownCoder()] || {}, bySpan = new Map();
    let target = null;
    for (const s of text.sentences) bySpan.set(s.p, [...(bySpan.get(s.p) || []), s]);
    const nodes = text.paragraphs.map(() => make("p", {}));
    for (const span of text.spans) {
      const piece = make("span", { class: KIND_LOOKS[span.kind] || null });
      let at = span.start;
      const words = text.paragraphs[span.p];
      for (const s of bySpan.get(span.p) || []) {
        if (s.start < span.start || s.end > span.end) continue;
        const id = idOf(text.d, s.turn, s.number), row = core.rows.get(`${text.d} ${s.turn} ${s.number}`);
        const held = row === undefined ? [] : Object.keys(carriers).filter((code) => !codes.get(code)?.composite && carriers[code].has(row));
        const node = make("span", { id: `s-${id}`, class: held.length ? "counted coded" : row === undefined ? null : "counted", tabindex: id === sentence ? "-1" : null }, markPlaces(words.slice(s.start, s.end), s.matches.map((m) => [m.start, m.end, nameCode(m.code)])));
        if (id === sentence) {
          node.classList.add("found");
          target = node;
        }
        piece.append(words.slice(at, s.start), node, ...held.map((code) => make("span", { class: "chip", title: nameCode(code) }, `[${code}]`)));
        at = s.end;
      }
      piece.append(words.slice(at, span.end));
      nodes[span.p].append(piece);
    }
    body.append(...nodes.filter((node) => node.textContent.trim()));
    place.append(body);
    if (target) {
      const row = core.rows.get([text.d, ...sentence.match(/:t(\d+):s(\d+)$/).slice(1).map(Number)].join(" "));
      if (row !== undefined) target.closest("p").after(make("div", { class: "x-item" }, make("p", { class: "near small" }, "Codes of the sentence framed above:"), listCodes(row)));
    }
    return target;
  }

  // State and address ---------------------------------------------------------------------------------------------

  function link(changes) {
    const next = { ...state, ...changes }, parts = new URLSearchParams();
    for (const key of KEYS) if (next[key] && !(key === "coder" && next[key] === settings.coder)) parts.set(key, next[key]);
    return `#explore?${parts}`;
  }

  const go = (changes) => { location.hash = link(changes); };

  function readAddress() {
    const hash = location.hash.slice(1), blank = Object.fromEntries(KEYS.map((key) => [key, ""]));
    let asked;
    try {
      asked = decodeURIComponent(hash);
    } catch {
      return { ...blank, view: "shares", coder: settings.coder };
    }
    const kept = { ...blank, ...state, read: "" };
    if (asked.startsWith("s-")) return { ...kept, view: "documents", read: asked.slice(2) };
    if (asked.startsWith("d-")) return { ...kept, view: "documents", read: asked.slice(2) };
    const given = hash.startsWith("explore?") ? Object.fromEntries([...new URLSearchParams(hash.slice(8))].filter(([key]) => KEYS.includes(key))) : {};
    const next = { ...blank, ...given };
    if (!Object.hasOwn(VIEWS, next.view)) next.view = "shares";
    if (!Object.hasOwn(core.coders, next.coder)) next.coder = settings.coder;
    return next;
  }

  function setSelect(id, value) {
    const select = byId(id);
    select.querySelectorAll("option[data-own]").forEach((option) => option.remove());
    if (value && ![...select.options].some((option) => option.value === value)) {
      const names = value.split(",").map(id === "x-actor" ? nameActor : nameCode);
      select.append(make("option", { value, "data-own": true }, names.length > 3 ? `${names.length} chosen` : names.join(", ")));
    }
    select.value = value;
  }

  function showControls() {
    setSelect("x-actor", state.actor);
    setSelect("x-code", state.code);
    for (const key of ["stage", "coder", "year"]) byId(`x-${key}`).value = state[key];
    if (document.activeElement !== byId("x-doc")) byId("x-doc").value = state.doc;
    if (document.activeElement !== byId("x-query")) byId("x-query").value = state.q;
    byId("x-search").hidden = state.view !== "search";
    byId("x-views").replaceChildren(...Object.entries(VIEWS).map(([view, title]) =>
      make("a", { href: link({ view, read: "" }), "aria-current": view === state.view ? "page" : null }, title)));
    const shown = core.shown_codes[state.coder];
    byId("x-note").textContent = [settings.note,
      shown ? `The ${core.coders[state.coder]} are shares; sentences are shown with the ${core.coders[shown]}.` : "",
      core.withShares.includes(state.coder) ? "" : `There are no shares of ${core.coders[state.coder]}: charts of shares and tests keep the headline’s.`].filter(Boolean).join(" ");
  }

  async function render() {
    const place = byId("x-view");
    tip.hidden = true;
    showControls();
    run++;
    if (state.view === "documents" && state.read) {
      const d = core.places.get(state.read) ?? core.places.get(state.read.replace(/:t\d+:s\d+$/, ""));
      if (d !== undefined) return showDocument(place, d, state.read);
      place.replaceChildren(make("p", { role: "status" }, `There is no document or sentence “${state.read}” here.`));
      return listDocuments();
    }
    place.replaceChildren();
    byId("x-list").hidden = false;
    if (state.view === "shares") showShares(place);
    if (state.view === "time") showTime(place);
    if (state.view === "tests") showTests(place);
    if (state.view === "topics") showTopics(place);
    if (state.view === "search") return search();
    if (state.view === "documents") return listDocuments();
    return state.view === "topics" ? listTypical() : listSentences();
  }

  function fillControls() {
    const option = (value, text) => make("option", { value }, text), said = new Set(core.sentences.actor.of);
    byId("x-actor").append(option("", "All actors"), ...Object.entries(core.actors).filter(([id]) => said.has(id)).map(([id, name]) => option(id, name)));
    byId("x-stage").append(option("", "All stages"), ...Object.entries(core.stages).map(([id, name]) => option(id, name)));
    const group = (label, fits) => make("optgroup", { label }, core.codes.filter(fits).map(([code, title]) => option(code, `${title} (${code})`)));
    const families = [...new Set(core.codes.map(([, , family]) => family).filter(Boolean))];
    byId("x-code").append(option("", "All talk on integration"), group("Combined", ([, , , composite]) => composite),
      ...families.map((family) => group(`Sub-frames ${family}`, ([, , its, composite]) => its === family && !composite)),
      group("Other codes", ([, , family, composite]) => !family && !composite));
    byId("x-coder").append(...Object.entries(core.coders).map(([id, name]) => option(id, name)));
    const years = [...new Set(core.documents.date.map((date) => date.slice(0, 4)))].sort();
    byId("x-year").append(option("", "All years"), ...years.map((year) => option(year, year)));
    for (const key of ["actor", "stage", "code", "coder", "year"]) {
      byId(`x-${key}`).addEventListener("change", (event) => go({ [key]: event.target.value, read: "", days: key === "year" ? "" : state.days }));
    }
    let timer;
    const typed = (id, key) => byId(id).addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        history.replaceState(null, "", link({ [key]: event.target.value.trim(), read: "" }));
        state = readAddress();
        render();
      }, 250);
    });
    typed("x-doc", "doc");
    typed("x-query", "q");
    byId("x-reset").addEventListener("click", () => go(Object.fromEntries(KEYS.filter((key) => key !== "view").map((key) => [key, ""]))));
  }

  // The address belongs to the explorer, or to the paper, whose targets may have to be built or unfolded first.
  const isOurs = (hash) => /^#(explore(\?|$)|s-|d-)/.test(hash);

  const start = once(async () => {
    [settings, core] = await Promise.all([unpack("settings"), unpack("core")]);
    prepare();
    fillControls();
    byId("x-app").hidden = false;
    document.body.append(tip);
  });

  async function follow() {
    if (isOurs(location.hash)) {
      await start();
      state = readAddress();
      await render();
      if (location.hash.startsWith("#explore") && byId("x-app").getBoundingClientRect().top > innerHeight) byId("explorer").scrollIntoView();
    } else if (location.hash.length > 1) {
      try {
        await showAnchor(decodeURIComponent(location.hash.slice(1)));
      } catch (error) {
        if (!(error instanceof URIError)) throw error;
      }
    }
  }

  // Where a number is from: its name (table, row's key, column), and the row of the table behind its link.
  addEventListener("mouseover", (event) => {
    const number = event.target.closest?.("[data-number]");
    if (!number || number.title) return;
    const [, table, row] = /^#t-(.+?)(?:-(\d+))?$/.exec(number.getAttribute("href") ?? "") ?? [];
    number.title = [number.dataset.number, table && `${table}.csv${row ? `, row ${row}` : ""}`].filter(Boolean).join(" | ");
  });
  addEventListener("hashchange", follow);
  document.querySelectorAll("[data-table]").forEach((place) => {
    place.closest("details").addEventListener("toggle", (event) => event.target.open && buildTable(place.dataset.table));
  });
  // Nothing of the explorer is made before the reader comes near it, so that the paper is there at once.
  new IntersectionObserver(async (seen, watcher) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    if (core) return;
    await start();
    if (!state.view) {
      state = readAddress();
      await render();
    }
  }, { rootMargin: "600px" }).observe(byId("explorer"));
  follow();
})();
