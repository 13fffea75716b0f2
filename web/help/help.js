// The search of the help centre, as one types. Everything works without it.
(() => {
  const form = document.querySelector("form.search");
  const field = form?.elements.q;
  if (!field) return;

  const PAUSE = 140; // between two keys of somebody who types
  const REST = 1600; // after this the words stand as they are: they count as a search

  const list = Object.assign(document.createElement("ul"), { id: "suggestions", className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0].textContent);
  const heard = Object.assign(document.createElement("p"), { className: "heard" });
  heard.setAttribute("role", "status");
  form.append(list, heard);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
    field.setAttribute(name, value);
  }
  document.querySelector("[data-slash]")?.classList.add("on");

  let chosen = -1;
  let typing, resting, asking;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const choose = (place) => {
    const items = list.children;
    chosen = (place + items.length) % items.length;
    [...items].forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", items[chosen].id);
    items[chosen].scrollIntoView({ block: "nearest" });
  };

  const show = (found) => {
    list.replaceChildren(
      ...found.map((one, at) => {
        const item = Object.assign(document.createElement("li"), { id: `suggestion-${at}` });
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.url = one.url;
        item.lang = one.locale;
        item.append(one.title);
        if (one.section) item.append(Object.assign(document.createElement("small"), { textContent: one.section }));
        return item;
      }),
    );
    close();
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    heard.textContent = form.dataset.heard.replace("{n}", found.length);
  };

  const ask = async (settled) => {
    const q = field.value.trim();
    asking?.abort();
    if (q.length < 2) return close();
    asking = new AbortController();
    try {
      const query = new URLSearchParams({ q, locale: form.dataset.locale, settled });
      const answer = await fetch(`/v1/help?${query}`, { signal: asking.signal });
      if (answer.ok && !settled) show((await answer.json()).items);
    } catch {
      // Another key was faster, or the line is broken: Enter still searches.
    }
  };

  field.addEventListener("input", () => {
    clearTimeout(typing);
    clearTimeout(resting);
    typing = setTimeout(ask, PAUSE, false);
    resting = setTimeout(ask, REST, true);
  });
  form.addEventListener("submit", () => clearTimeout(resting));

  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      return close();
    }
    if (list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
    else return;
    event.preventDefault();
  });

  // A press, not a click: the field must not lose its focus before.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const { url } = event.target.closest("li")?.dataset ?? {};
    if (url) location.assign(url);
  });
  field.addEventListener("blur", close);

  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
