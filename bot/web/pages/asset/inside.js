// Inside DingTalk the app itself says who is there (免登); where it does not answer, its login page is asked.
"use strict";

const asked = document.querySelector("[data-corp]").dataset;
const PATIENCE = 5000; // milliseconds
let gone = false;

function go(to) {
  if (gone) return;
  gone = true;
  window.location.replace(to);
}

setTimeout(() => go(asked.other), PATIENCE);
window.askDingTalk({ corpId: asked.corp }).then((told) => go(asked.done + encodeURIComponent(told.code)), () => go(asked.other));
