// What can be copied has a button, once it is seen.
const withButton = (text) => {
  const box = document.createElement("div"), button = document.createElement("button");
  box.className = "copied";
  button.className = "copy";
  button.type = "button";
  button.textContent = "copy";
  button.ariaLabel = `copy: ${text.ariaLabel}`;
  button.addEventListener("click", async () => {
    button.textContent = await copy(text) ? "copied" : "selected";
    setTimeout(() => button.textContent = "copy", 2000);
  });
  text.tabIndex = 0;
  text.replaceWith(box);
  box.append(button, text);
};
// It is selected first: where no clipboard is to be had, a key copies it.
const copy = async (text) => {
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
    return true;
  } catch {
    return document.execCommand("copy");
  }
};
for (const text of document.querySelectorAll("header pre")) withButton(text);
document.addEventListener("toggle", ({ target }) => {
  for (const text of target.querySelectorAll(":scope > pre")) withButton(text);
}, { capture: true });

// A link to a cell opens what is folded there.
const open = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener("hashchange", open);
open();
