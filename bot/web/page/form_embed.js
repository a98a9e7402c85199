// Shows a form of Leadbot on another site, and remembers in the visitor's own browser which pages they had open there.
// Nothing of that leaves the browser before the form is sent with the consent ticked; sending it forgets the pages.
(function () {
  "use strict";
  var KEEPS_PAGES = false; // the server writes here whether this form wants them
  var KEY = "leadbot.visit", IDLE = 30 * 60 * 1000, MOST = 30;
  var MARKS = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "keyword", "c"];
  var script = document.currentScript;
  if (!script || !window.URL) return;
  var address = new URL(script.src), now = Date.now();

  function visit() {
    try {
      var known = JSON.parse(localStorage.getItem(KEY));
      var last = known && known.pages[known.pages.length - 1];
      return last && now - last[1] < IDLE && now >= last[1] ? known : null;
    } catch (gone) { return null; }
  }
  function keep(known) { try { localStorage.setItem(KEY, JSON.stringify(known)); } catch (refused) { /* private mode */ } }
  function forget() { try { localStorage.removeItem(KEY); } catch (refused) { /* private mode */ } }

  var here = { landing: location.href.split("#")[0], referrer: document.referrer, marks: {}, pages: [] };
  var query = new URLSearchParams(location.search);
  MARKS.forEach(function (mark) { if (query.get(mark)) here.marks[mark] = query.get(mark); });
  var known = visit() || here;
  if (Object.keys(here.marks).length) { known.marks = here.marks; known.landing = here.landing; }
  if (KEEPS_PAGES) {
    known.pages = known.pages.concat([[location.pathname, now]]).slice(-MOST);
    keep(known);
  }
  if (script.hasAttribute("data-only-pages")) return;

  var source = new URL(address.pathname.replace(/\.js$/, ""), address.origin);
  source.searchParams.set("embed", "1");
  source.searchParams.set("landing", known.landing.slice(0, 500));
  if (known.referrer) source.searchParams.set("referrer", known.referrer.slice(0, 500));
  Object.keys(known.marks).forEach(function (mark) { source.searchParams.set(mark, known.marks[mark].slice(0, 500)); });

  var frame = document.createElement("iframe");
  frame.src = source.href;
  frame.title = script.getAttribute("data-title") || "联系我们";
  frame.style.cssText = "width:100%;max-width:34rem;height:34rem;border:0;display:block";
  script.parentNode.insertBefore(frame, script);

  window.addEventListener("message", function (event) {
    if (event.source !== frame.contentWindow || event.origin !== address.origin || !event.data) return;
    if (event.data.leadbot === "height") frame.style.height = Math.min(Number(event.data.height) || 0, 4000) + "px";
    if (event.data.leadbot === "ready" && KEEPS_PAGES) {
      var at = Date.now();
      var pages = known.pages.map(function (page) { return [page[0], Math.round((at - page[1]) / 1000)]; });
      frame.contentWindow.postMessage({ leadbot: "pages", pages: pages }, address.origin);
    }
    if (event.data.leadbot === "done") { forget(); known.pages = []; }
  });
})();
