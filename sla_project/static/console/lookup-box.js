/**
 * <lookup-box>: a text field that finds one record among thousands. It asks the server while one types and offers what
 * it finds in the field's own list; two hidden fields say which record was chosen and by which label.
 *
 * Without scripts the list holds the newest records, and the server finds what was typed by its exact name.
 *   data-url      where to ask       data-follow   the name of the field with the customer that it belongs to
 *   data-inactive also offer what is inactive
 */

const DELAY_MS = 200;

class LookupBox extends HTMLElement {
  connectedCallback() {
    this.text = this.querySelector("input[type=text]");
    [this.chosen, this.label] = this.querySelectorAll("input[type=hidden]");
    this.list = this.querySelector("datalist");
    this.text.addEventListener("focus", () => { if (!this.asked) this.ask(""); });
    this.text.addEventListener("input", () => this.typed());
    if (this.dataset.follow) this.closest("form").addEventListener("lookup-chosen", (event) => this.followed(event));
  }

  /** A text that is one of those offered chooses it; any other chooses nothing and asks. */
  typed() {
    const option = [...this.list.options].find(({ value }) => value === this.text.value);
    this.choose(option?.dataset.id ?? "", option ? this.text.value : "");
    clearTimeout(this.timer);
    if (!option) this.timer = setTimeout(() => this.ask(this.text.value.trim()), DELAY_MS);
  }

  choose(id, label) {
    const before = this.chosen.value;
    this.chosen.value = id;
    this.label.value = label;
    if (id !== before) {
      const detail = { name: this.text.name, id, before };
      this.dispatchEvent(new CustomEvent("lookup-chosen", { bubbles: true, detail }));
    }
  }

  async ask(text) {
    this.asked = true;
    this.running?.abort();
    this.running = new AbortController();
    const query = new URLSearchParams({ q: text });
    const customer = this.dataset.follow && this.closest("form").elements[`${this.dataset.follow}-id`]?.value;
    if (customer) query.set("customer", customer);
    if ("inactive" in this.dataset) query.set("inactive", "");
    try {
      const answer = await fetch(`${this.dataset.url}?${query}`, { signal: this.running.signal });
      if (answer.ok) this.offer((await answer.json()).results, text);
    } catch { /* another question was asked meanwhile, or the server is away: what was typed is sent as it is */ }
  }

  offer(results, text) {
    this.list.replaceChildren(...results.map(({ id, label }) => {
      const option = new Option("", label);
      option.dataset.id = id;
      return option;
    }));
    if (!text || document.activeElement !== this.text) return;
    const words = results.length ? this.dataset.found.replace("{n}", results.length) : this.dataset.nothing;
    document.dispatchEvent(new CustomEvent("announce", { detail: words }));
  }

  /** Another customer: what belonged to the one before goes. */
  followed({ detail }) {
    if (detail.name !== this.dataset.follow) return;
    this.asked = false;
    if (!detail.before || !this.text.value) return;
    this.text.value = "";
    this.choose("", "");
    const field = this.text.labels[0]?.textContent.trim() ?? this.text.name;
    document.dispatchEvent(new CustomEvent("announce", { detail: this.dataset.cleared.replace("{field}", field) }));
  }
}
customElements.define("lookup-box", LookupBox);
