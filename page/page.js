'use strict';
(() => {
  // A link to a section or a rule opens it, and moves the keyboard there: to the part, not to its summary, which the
  // same press of Enter would close again if it comes between the key's two events.
  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || !target.matches('details')) return;
    target.open = true;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  document.addEventListener('click', event => {
    const link = event.target.closest('a');
    if (link && link.hash && link.hash === location.hash) follow(); // the hash does not change
  });
  follow();

  // On paper everything is open, and afterwards as before.
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    closed.forEach(d => d.open = true);
  });
  addEventListener('afterprint', () => closed.forEach(d => d.open = false));

  const table = document.getElementById('table');
  if (!table) return;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];

  // key is what a row is sorted by: numbers have data-sort.
  const key = (row, n) => {
    const cell = row.cells[n];
    return 'sort' in cell.dataset ? Number(cell.dataset.sort) : cell.textContent.trim();
  };
  const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b, undefined, { numeric: true });

  // A click sorts by a column; a click on the sorted column reverses it. Numbers begin with the greatest.
  const sort = n => {
    const head = heads[n];
    const was = head.getAttribute('aria-sort');
    const number = head.classList.contains('number');
    const order = was === 'none' ? (number ? 'descending' : 'ascending') : was === 'ascending' ? 'descending' : 'ascending';
    for (const h of heads) if (h.hasAttribute('aria-sort')) h.setAttribute('aria-sort', h === head ? order : 'none');
    const sign = order === 'ascending' ? 1 : -1;
    const rows = [...body.rows].map(row => [key(row, n), row]);
    rows.sort((a, b) => sign * compare(a[0], b[0]));
    body.append(...rows.map(r => r[1]));
  };
  heads.forEach((head, n) => head.querySelector('button')?.addEventListener('click', () => sort(n)));

  // The filter shows the sections whose row contains all its words.
  const shown = document.getElementById('shown');
  const total = shown.textContent;
  document.getElementById('filter').addEventListener('input', event => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of body.rows) {
      const text = (row.textContent + ' ' + row.lastElementChild.title).toLowerCase();
      const hide = !words.every(w => text.includes(w));
      row.hidden = hide;
      document.getElementById(row.querySelector('a').hash.slice(1)).hidden = hide;
      if (!hide) count++;
    }
    shown.textContent = words.length ? count + ' of ' + total : total;
  });

  const sections = [...document.querySelectorAll('details.section')];
  document.getElementById('open').addEventListener('click', () => sections.forEach(s => s.open = true));
  document.getElementById('close').addEventListener('click', () => sections.forEach(s => s.open = false));
})();
