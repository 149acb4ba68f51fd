"""The page that shows a run in a browser."""

# The script asks for the numbers once a second; pictures come as a stream of JPEGs.
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>fairmot</title>
<style>
body { margin: 0; padding: 1rem; font: 16px/1.4 system-ui, sans-serif;
       background: #16181d; color: #e6e6e6; }
section { margin: 0 auto 2rem; max-width: 1280px; }
h2 { margin: 0 0 .5rem; font-size: 1.1rem; }
img { display: block; width: 100%; background: #000; min-height: 4rem; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .7rem 0; }
dt { font-size: .8rem; color: #9aa0aa; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
table { margin: .7rem 0; border-collapse: collapse;
        font-variant-numeric: tabular-nums; }
th, td { padding: .15rem 1.5rem .15rem 0; text-align: right; }
th { font-size: .8rem; font-weight: normal; color: #9aa0aa; }
th:first-child, td:first-child, #counts :nth-child(2) { text-align: left; }
#problem { color: #ffb4a2; text-align: center; }
</style>
</head>
<body>
<p id="problem" role="status"></p>
<main></main>
<script>
const FIELDS = [
  ['people', 'people now'], ['total', 'people so far'], ['fps', 'frames a second'],
  ['delay', 'seconds behind the source'], ['frame', 'frame'],
];
const TABLES = [
  ['classes', ['class', 'people'], ['class', 'now']],
  ['counts', ['line', 'class', 'in', 'out', 'inside'],
   ['line or zone', 'class', 'in', 'out', 'inside']],
];
const problem = document.getElementById('problem');
const sections = new Map();
function add(stream) {
  const section = document.createElement('section');
  const title = document.createElement('h2');
  title.textContent = stream.name;
  const picture = document.createElement('img');
  picture.alt = 'annotated video of ' + stream.name;
  picture.src = 'stream/' + encodeURIComponent(stream.name);
  const list = document.createElement('dl');
  const values = {};
  for (const [key, label] of FIELDS) {
    const group = document.createElement('div');
    const term = document.createElement('dt');
    term.textContent = label;
    values[key] = document.createElement('dd');
    values[key].id = key;
    group.append(term, values[key]);
    list.append(group);
  }
  section.append(title, picture, list);
  for (const [key] of TABLES) {
    values[key] = document.createElement('table');
    values[key].id = key;
    section.append(values[key]);
  }
  document.querySelector('main').append(section);
  sections.set(stream.name, values);
}
function row(kind, texts) {
  const line = document.createElement('tr');
  for (const text of texts) {
    const cell = document.createElement(kind);
    cell.textContent = text === null ? '' : text;
    line.append(cell);
  }
  return line;
}
function fill(table, keys, heads, rows) {
  const lines = rows.map(each => row('td', keys.map(key => each[key])));
  table.replaceChildren(...(rows.length ? [row('th', heads)] : []), ...lines);
}
async function update() {
  try {
    const answer = await fetch('status', {cache: 'no-store'});
    if (!answer.ok) throw new Error(answer.statusText);
    for (const stream of await answer.json()) {
      if (!sections.has(stream.name)) add(stream);
      for (const [key] of FIELDS) {
        const value = stream[key];
        sections.get(stream.name)[key].textContent = value === null ? '-' : value;
      }
      for (const [key, keys, heads] of TABLES) {
        fill(sections.get(stream.name)[key], keys, heads, stream[key] || []);
      }
    }
    problem.textContent = sections.size ? '' : 'Waiting for the first frame ...';
  } catch (error) {
    problem.textContent = 'The run has ended, or it cannot be reached.';
  }
  setTimeout(update, 1000);
}
update();
</script>
</body>
</html>
"""
