// Elements and data

/** An element with attributes and children; strings become text nodes. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  const isShown = (child) => child !== null && child !== undefined && child !== false;
  element.append(...children.flat(Infinity).filter(isShown));
  return element;
}

const find = (selector) => document.querySelector(selector);
const findAll = (selector) => [...document.querySelectorAll(selector)];

/** Parses the data of a case. Nothing is kept: a run can have thousands of cases. */
function read(position) {
  const data = JSON.parse(document.getElementById(`data-${position}`).textContent);
  if (data.before === true) data.before = data.now;
  data.position = position;
  return data;
}

function copyButton(text) {
  const button = make("button", { type: "button", class: "copy" }, "Copy");
  const say = (word) => {
    button.textContent = word;
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      say("Selected");
    }
  });
  return button;
}

/** The items of a list. A long list shows its first items and a button for the rest. */
function brief(items, most = 4) {
  if (items.length <= most + 1) return items;
  const rest = items.slice(most);
  for (const item of rest) item.hidden = true;
  const button = make("li", { class: "rest" }, make("button", { type: "button", class: "show", click: () => {
    for (const item of rest) item.hidden = false;
    button.remove();
  } }, `… ${rest.length.toLocaleString("en")} more`));
  return [...items, button];
}

/** `x35` with a multiplication sign. */
const times = (text) => text.replace(/^x/, "×");
