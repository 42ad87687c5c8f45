/**
 * <sla-timer>: shows the time left of one KPI instance and keeps it true, second by second, by the server's clock.
 *
 * Attributes (times are RFC 3339):
 *   state      in_progress | nearing_noncompliance | noncompliant | paused | succeeded | canceled
 *   now        the server's time when the page was made
 *   due        the failure time            warn-at    the warning time
 *   windows    JSON [[start, end], …]: when the clock counts; absent = always
 *   remaining  working seconds left at "now"; absent = the windows reach up to "due"
 *   started    when counting begins, if that is still to come
 *   ended      present = the result stands; nothing ticks
 *   working    present = counted by business hours, so said without days
 *   label      how the timer is called when a change of its state is spoken
 *
 * Inside are .timer-state, .timer-text and .timer-note as the server wrote them: that is the page without scripts, and
 * also what stays for the states that do not tick. The server remains the judge: a state reached here is only shown
 * early, and "sla-timer-change" bubbles so that the page can ask the server again.
 */

const texts = document.getElementById("timer-texts");
const TICKING = new Set(["in_progress", "nearing_noncompliance", "noncompliant"]);
const MINUTE = 60, HOUR = 3600, DAY = 86400;
const SECONDS_SHOWN_BELOW = 10 * MINUTE;
const SLEEP_MS = 15000;
const LOCALE = (document.documentElement.lang || "en").replace(/^en$/, "en-GB"); // day before month, 24 hours

function word(name) {
  return texts?.dataset[name] ?? "";
}

function fill(name, values) {
  return word(name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** The same words as words_of_ticking in operations/times.py. */
function tickingWords(seconds, inDays) {
  const whole = Math.floor(Math.abs(seconds));
  if (whole < MINUTE) return `${whole} ${word("second")}`;
  if (whole < SECONDS_SHOWN_BELOW) {
    const rest = String(whole % MINUTE).padStart(2, "0");
    return `${Math.floor(whole / MINUTE)} ${word("minute")} ${rest} ${word("second")}`;
  }
  const parts = [];
  let rest = whole;
  const units = [[DAY, "day"], [HOUR, "hour"], [MINUTE, "minute"]];
  for (const [size, unit] of inDays ? units : units.slice(1)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount) parts.push(`${amount} ${word(unit)}`);
  }
  return parts.slice(0, 2).join(" ");
}

/** "09:00" today, "Mon 09:00" within six days, else "9 Nov 09:00"; in the user's zone. */
function clockWords(time, now) {
  const format = (at, options) => new Intl.DateTimeFormat(LOCALE, { timeZone: word("zone") || undefined, ...options }).format(at);
  const hour = format(time, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (format(time, { dateStyle: "short" }) === format(now, { dateStyle: "short" })) return hour;
  const near = time - now < 6 * DAY * 1000;
  return `${format(time, near ? { weekday: "short" } : { day: "numeric", month: "short" })} ${hour}`;
}

/** One tick a second for all timers of the page. */
const clock = {
  timers: new Set(),
  handle: 0,
  wall: Date.now(),
  mono: performance.now(),

  add(timer) {
    this.timers.add(timer);
    if (!this.handle) this.handle = setInterval(() => this.tick(), 1000);
  },
  remove(timer) {
    this.timers.delete(timer);
    if (this.timers.size) return;
    clearInterval(this.handle);
    this.handle = 0;
  },
  tick() {
    for (const timer of this.timers) timer.show();
    this.noticeSleep();
  },
  /** performance.now() may stand still while the machine sleeps; then only the server knows the time. */
  noticeSleep() {
    const slept = Date.now() - this.wall - (performance.now() - this.mono) > SLEEP_MS;
    this.wall = Date.now();
    this.mono = performance.now();
    if (slept) document.body.dispatchEvent(new CustomEvent("sla-timer-change", { bubbles: true }));
  },
};

/** Label → the state that was shown last: a refresh that brings another one is spoken, too. */
const known = new Map();

class SlaTimer extends HTMLElement {
  connectedCallback() {
    const time = (name) => Date.parse(this.getAttribute(name) ?? "");
    this.state = this.getAttribute("state");
    this.speakIfNew();
    this.born = performance.now();
    this.start = time("now");
    this.due = time("due");
    this.warnAt = time("warn-at");
    this.begins = time("started");
    this.windows = this.readWindows();
    if (!TICKING.has(this.state) || this.hasAttribute("ended") || Number.isNaN(this.start) || Number.isNaN(this.due)) return;
    clock.add(this);
    this.show();
  }

  disconnectedCallback() {
    clock.remove(this);
  }

  readWindows() {
    try {
      const pairs = JSON.parse(this.getAttribute("windows") ?? "null");
      return pairs?.map(([from, to]) => [Date.parse(from), Date.parse(to)]) ?? null;
    } catch {
      return null;
    }
  }

  /** Working seconds between two moments. */
  worked(from, to) {
    const windows = this.windows ?? [[Number.isNaN(this.begins) ? from : this.begins, to]];
    return windows.reduce((sum, [open, close]) => sum + Math.max(0, Math.min(to, close) - Math.max(from, open)), 0) / 1000;
  }

  left(now) {
    const given = this.getAttribute("remaining");
    if (given === null) return this.worked(now, this.due);
    return Math.max(0, Number(given) - this.worked(this.start, now));
  }

  stateAt(now) {
    if (this.state === "noncompliant" || now >= this.due) return "noncompliant";
    return now >= this.warnAt ? "nearing_noncompliance" : this.state;
  }

  noteAt(now) {
    if (this.state === "noncompliant") return "";
    if (now < this.begins) return fill("begins", { time: clockWords(this.begins, now) });
    if (!this.windows || this.windows.some(([open, close]) => open <= now && now < close)) return "";
    const next = this.windows.find(([open]) => open > now);
    return next ? fill("closed", { time: clockWords(next[0], now) }) : "";
  }

  show() {
    const now = this.start + (performance.now() - this.born);
    this.enter(this.stateAt(now));
    const over = this.state === "noncompliant";
    const time = over ? tickingWords((now - this.due) / 1000, true) : tickingWords(this.left(now), !this.hasAttribute("working"));
    this.write(".timer-text", fill(over ? "over" : "left", { time }));
    this.write(".timer-note", this.noteAt(now));
  }

  write(selector, text) {
    const place = this.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }

  /** One sentence when the state is another than this page has shown for the same timer. */
  speakIfNew() {
    const label = this.getAttribute("label");
    const before = known.get(label);
    if (!label) return;
    known.set(label, this.state);
    if (before === undefined || before === this.state) return;
    const state = this.querySelector(".timer-state")?.textContent.trim() ?? this.state;
    document.dispatchEvent(new CustomEvent("announce", { detail: fill("spoken", { name: label, state }) }));
  }

  enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.setAttribute("state", state);
    const look = texts?.content.querySelector(`[data-state="${state}"]`);
    if (look) this.querySelector(".timer-state")?.replaceChildren(look.firstElementChild.cloneNode(true));
    this.speakIfNew();
    this.dispatchEvent(new CustomEvent("sla-timer-change", { bubbles: true, detail: { state } }));
  }
}

customElements.define("sla-timer", SlaTimer);
