// Four phones: each chat is drawn from the server's record; every act is posted and comes back as a changed chat.
"use strict";

const CUSTOMERS = [
  { name: "周海峰", phone: "13805716621", company: "杭州云栖智能科技有限公司", title: "采购总监", budget: "50万", need: "急需 30 台工业相机,下周要报价" },
  { name: "林晓彤", phone: "13912673345", company: "苏州微光生物医药有限公司", title: "技术总监", budget: "80-120万", need: "产线月底前要上线,请尽快安排演示" },
  { name: "陆先生", phone: "15000218890", company: "", title: "", budget: "", need: "先了解一下" },
  { name: "方志远", phone: "13757490012", company: "宁波杰森绿能股份有限公司", title: "总经理", budget: "200万以上", need: "本周想看方案和报价,急" },
  { name: "许琳", phone: "18651630978", company: "南京金陵数据有限公司", title: "采购经理", budget: "30万", need: "这个月要定供应商,请马上联系" },
];
const state = { people: [], chats: new Map(), unread: new Map(), shown: "wanglei", customer: 0, seen: new Set(), look: "wecom", looks: [] };
const $ = (selector, root = document) => root.querySelector(selector);

/* The company's day and minute, whatever zone the browser is in: ["2026-03-18", "10:20"]. */
const zone = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });
const shanghai = (at) => zone.format(new Date(at * 1000)).split(" ");

async function call(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch("api/" + path, options);
  if (!answer.ok) throw new Error("HTTP " + answer.status);
  return answer.json();
}

function toast(text) {
  const box = $(".toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, 2600);
}

async function act(path, body) {
  try {
    const told = await call(path, body);
    if (!told.ok) toast(told.error || "没有成功,再试一次");
    return told.ok;
  } catch (error) {
    toast("连不上演示服务,它还开着吗?");
    return false;
  }
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function clock(at) {
  const [day, time] = shanghai(at);
  const days = Math.round((Date.parse(shanghai(Date.now() / 1000)[0]) - Date.parse(day)) / 864e5);
  const [, month, date] = day.split("-").map(Number);
  return days === 0 ? time : days === 1 ? "昨天 " + time : `${month}月${date}日 ${time}`;
}

function face(message, person) {
  return message.from === "me" ? make("span", "face me", person.name.slice(-1)) : make("span", "face bot");
}

/* An address of this demo as a link in the same window's neighbour; any other stays what it is, text. */
function link(text, url) {
  const to = new URL(url, location.href);
  if (to.origin !== location.origin) return make("span", "open", text);
  const element = make("a", "open", text);
  element.href = to.pathname + to.search;
  element.target = "_blank";
  return element;
}

/* What a chat tool makes of a text: WeCom knows <a href>, DingTalk makes a bare address something to tap. */
function drawText(text) {
  const box = make("div", "bubble");
  const found = /^([^]*)\n(?:<a href="(https?:[^"\s]+)">([^<]+)<\/a>|(打开[^\n]*) (https?:\S+))$/.exec(text);
  box.textContent = found ? found[1] + "\n" : text;
  if (found) box.append(link(found[3] || found[4], found[2] || found[5]));
  return box;
}

/* A picture as it came, and its name for whoever does not see it. */
function drawPicture(message) {
  const picture = make("img", "picture");
  picture.src = message.source;
  picture.alt = message.text;
  return picture;
}

function drawBody(message, person) {
  if (message.kind === "card") return drawCard(message, person);
  if (message.kind === "picture") return drawPicture(message);
  return message.from === "me" ? make("div", "bubble", message.text) : drawText(message.text);
}

function drawCard(message, person) {
  const card = message.card;
  const box = make("article", "card");
  box.dataset.message = message.id;
  if (card.source && card.source.desc) box.append(make("div", "source", card.source.desc));
  const title = card.main_title || {};
  if (title.title) box.append(make("div", "title", title.title));
  if (title.desc) box.append(make("div", "desc", title.desc));
  if (card.quote_area && card.quote_area.quote_text) {
    const quote = make("div", "quote");
    if (card.quote_area.title) quote.append(make("b", "", card.quote_area.title));
    quote.append(make("span", "", card.quote_area.quote_text));
    box.append(quote);
  }
  if (card.sub_title_text) box.append(make("div", "sub", card.sub_title_text));
  const rows = card.horizontal_content_list || [];
  if (rows.length) {
    const list = make("dl", "rows");
    for (const row of rows) list.append(make("dt", "", row.keyname), make("dd", "", row.value || ""));
    box.append(list);
  }
  const dead = message.replaced || card.replace_text;
  let select = null;
  if (card.button_selection && !dead) {
    const pick = make("label", "pick", card.button_selection.title || "");
    select = make("select");
    for (const option of card.button_selection.option_list) {
      const entry = make("option", "", option.text);
      entry.value = option.id;
      entry.selected = option.id === card.button_selection.selected_id;
      select.append(entry);
    }
    pick.append(select);
    box.append(pick);
  }
  const buttons = make("div", "buttons");
  const listed = dead ? [{ text: dead, style: 4, key: "" }] : card.button_list || [];
  for (const button of listed) {
    const element = make("button", "", button.text);
    element.type = "button";
    element.dataset.style = button.style || 1;
    element.dataset.key = button.key || "";
    element.disabled = Boolean(dead);
    element.addEventListener("click", async () => {
      for (const other of buttons.children) other.disabled = true;
      element.classList.add("busy");
      const selected = select ? { [card.button_selection.question_key]: [select.value] } : {};
      await act("click", { user: person.id, message: message.id, key: button.key, selected });
      setTimeout(() => reload(person.id, true), 900);
    });
    buttons.append(element);
  }
  if (listed.length) box.append(buttons);
  if (card.card_action && card.card_action.url) box.append(link("打开 ›", card.card_action.url));
  return box;
}

function drawChat(person, data, force) {
  const phone = $(`[data-phone="${person.id}"]`);
  const log = $(".log", phone);
  const before = state.chats.get(person.id);
  const text = JSON.stringify(data.messages);
  if (before && before.text === text && !force) return;
  const known = new Map(before ? before.messages.map((m) => [m.id, JSON.stringify([m.card, m.replaced])]) : []);
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 90;
  const fresh = data.messages.filter((m) => m.from === "bot" && !known.has(m.id)).length;
  log.replaceChildren();
  let last = 0;
  for (const message of data.messages) {
    if (message.at - last > 300) log.append(make("div", "time", clock(message.at)));
    last = message.at;
    const row = make("div", message.from === "me" ? "row mine" : "row");
    const body = drawBody(message, person);
    body.dataset.message = message.id;
    if (before && known.has(message.id) && known.get(message.id) !== JSON.stringify([message.card, message.replaced])) body.classList.add("changed");
    row.append(face(message, person), body);
    log.append(row);
  }
  state.chats.set(person.id, { text, messages: data.messages });
  const newer = $(".newer", phone);
  if (!before || atEnd) log.scrollTop = log.scrollHeight;
  else if (fresh) newer.hidden = false;
  if (before && fresh && person.id !== state.shown) state.unread.set(person.id, (state.unread.get(person.id) || 0) + fresh);
  phone.classList.toggle("no-menu", !(data.menu && data.menu.button && data.menu.button.length));
  drawMenu(phone, person, data.menu);
  drawTabs();
}

function drawMenu(phone, person, menu) {
  const bar = $(".menu", phone);
  const text = JSON.stringify(menu || {});
  if (bar.dataset.menu === text) return;
  bar.dataset.menu = text;
  bar.replaceChildren();
  for (const entry of (menu && menu.button) || []) {
    const holder = make("div");
    const button = make("button", entry.sub_button ? "has-sub" : "", entry.name);
    button.type = "button";
    holder.append(button);
    if (entry.sub_button) {
      const sub = make("div", "sub-menu");
      sub.hidden = true;
      for (const inner of entry.sub_button) {
        const item = make("button", "", inner.name);
        item.type = "button";
        item.addEventListener("click", () => { sub.hidden = true; act("menu", { user: person.id, key: inner.key }); });
        sub.append(item);
      }
      button.setAttribute("aria-haspopup", "true");
      button.addEventListener("click", () => { const open = sub.hidden; closeMenus(); sub.hidden = !open; });
      holder.append(sub);
    } else {
      button.addEventListener("click", () => { closeMenus(); act("menu", { user: person.id, key: entry.key }); });
    }
    bar.append(holder);
  }
}

function closeMenus() {
  for (const sub of document.querySelectorAll(".sub-menu")) sub.hidden = true;
}

function drawTabs() {
  const tabs = $(".tabs");
  tabs.replaceChildren();
  for (const person of [...state.people, { id: "customer", name: "客户" }]) {
    const tab = make("button", "", person.name);
    tab.type = "button";
    tab.setAttribute("aria-selected", String(person.id === state.shown));
    const count = state.unread.get(person.id);
    if (count) tab.append(make("span", "badge", String(count)));
    tab.addEventListener("click", () => show(person.id));
    tabs.append(tab);
  }
}

function show(id) {
  state.shown = id;
  state.unread.delete(id);
  for (const phone of document.querySelectorAll(".phone")) phone.classList.toggle("shown", phone.dataset.phone === id);
  const log = $(`[data-phone="${id}"] .log`);
  if (log) log.scrollTop = log.scrollHeight;
  drawTabs();
}

async function reload(id, force = false) {
  const person = state.people.find((p) => p.id === id);
  if (!person) return;
  try {
    drawChat(person, await call("chat/" + id), force);
    await drawGuide();
  } catch (error) { /* the next event or poll tries again */ }
}

async function drawGuide() {
  const { steps, done, note } = await call("guide");
  $(".note").textContent = note;
  const guide = $(".guide");
  const finished = new Set([...done, ...state.seen]);
  const now = steps.find((step) => !finished.has(step.id));
  guide.replaceChildren();
  steps.forEach((step, index) => {
    const done = finished.has(step.id);
    const item = make("li", done ? "done" : step === now ? "now" : "");
    item.append(make("span", "", step.text));
    item.title = step.text;
    item.dataset.step = step.id;
    item.dataset.number = index + 1;
    guide.append(item);
  });
  if (!now) guide.append(make("li", "end", "一分钟走完了!接着随便试:换一位客户、发「帮助」,或让陈静点「改派」"));
  const current = $(".guide .now");
  if (current) guide.scrollLeft = current.offsetLeft - guide.offsetLeft - 40;
  for (const element of document.querySelectorAll(".pulse")) element.classList.remove("pulse");
  if (!now || !now.target) return;
  const phone = $(`[data-phone="${now.phone}"]`);
  const found = now.target === "input" ? (phone.matches(".no-menu") || phone.querySelector(".typing-on") ? $("input[name=text]", phone) : $(".switch", phone))
    : now.target === "submit" ? $(".submit", phone)
    : [...phone.querySelectorAll(".buttons button:not(:disabled)")].filter((b) => b.textContent === now.target).pop();
  if (found) found.classList.add("pulse");
}

function addChatPhone(person) {
  const phone = $("#chat-phone").content.cloneNode(true).firstElementChild;
  phone.dataset.phone = person.id;
  phone.setAttribute("aria-label", `${person.role}${person.name}的手机`);
  $(".name", phone).textContent = person.name;
  $(".role", phone).textContent = person.role;
  $(".face", phone).textContent = person.name.slice(-1);
  const foot = $(".foot", phone);
  const input = $("input[name=text]", phone);
  $(".switch", phone).addEventListener("click", () => {
    foot.classList.toggle("typing-on");
    if (foot.classList.contains("typing-on")) input.focus();
    drawGuide();
  });
  foot.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    await act("text", { user: person.id, text });
    const log = $(".log", phone);
    log.scrollTop = log.scrollHeight;
  });
  const newer = $(".newer", phone);
  newer.addEventListener("click", () => { const log = $(".log", phone); log.scrollTop = log.scrollHeight; });
  $(".log", phone).addEventListener("scroll", (event) => {
    const log = event.target;
    if (log.scrollHeight - log.scrollTop - log.clientHeight < 60) newer.hidden = true;
  });
  $(".phones").append(phone);
}

function addCustomerPhone() {
  const phone = $("#customer-phone").content.cloneNode(true).firstElementChild;
  phone.setAttribute("aria-label", "客户的手机");
  const form = $(".ask", phone);
  const fill = () => { for (const [name, value] of Object.entries(CUSTOMERS[state.customer % CUSTOMERS.length])) form.elements[name].value = value; };
  fill();
  for (const button of phone.querySelectorAll(".another")) {
    button.addEventListener("click", () => { state.customer += 1; fill(); form.hidden = false; $(".thanks", phone).hidden = true; });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const submit = $(".submit", phone);
    submit.disabled = true;
    const ok = await act("submit", Object.fromEntries(new FormData(form)));
    submit.disabled = false;
    if (ok) { form.hidden = true; $(".thanks", phone).hidden = false; }
    drawGuide();
  });
  $(".phones").append(phone);
}

function drawLooks() {
  document.documentElement.dataset.look = state.look;
  const bar = $(".looks");
  bar.replaceChildren();
  bar.hidden = state.looks.length < 2;
  for (const look of state.looks) {
    const button = make("button", "", look.name);
    button.type = "button";
    button.dataset.to = look.id;
    button.setAttribute("aria-pressed", String(look.id === state.look));
    button.addEventListener("click", () => changeLook(look.id));
    bar.append(button);
  }
}

/* The guide and the note change the height of the chats: their newest message stays in sight. */
function toEnds() {
  for (const log of document.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
}

async function changeLook(id) {
  if (id === state.look || !await act("look", { look: id })) return;
  state.look = id;
  state.chats.clear();
  state.unread.clear();
  drawLooks();
  await Promise.all(state.people.map((person) => reload(person.id, true)));
  toEnds();
}

async function start() {
  const { people, look, looks } = await call("people");
  Object.assign(state, { people, look, looks });
  drawLooks();
  for (const person of people) addChatPhone(person);
  addCustomerPhone();
  document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) closeMenus(); });
  show(people[0].id);
  await Promise.all(people.map((person) => reload(person.id)));
  toEnds();
  const feed = new EventSource("api/events");
  feed.onmessage = (event) => reload(JSON.parse(event.data).user);
  setInterval(() => { for (const person of state.people) reload(person.id); }, 5000);
}

start();
