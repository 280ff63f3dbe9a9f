// What is copied is selected first: where no clipboard is to be had, a key copies it.
const copy = async (text) => {
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
    return true;
  } catch {
    return document.execCommand("copy");
  }
};
document.addEventListener("click", async ({ target }) => {
  if (!target.matches("button.copy")) return;
  const copied = await copy(target.nextElementSibling);
  target.textContent = copied ? "copied" : "selected";
  setTimeout(() => target.textContent = "copy", 2000);
});

// A link to a cell opens what is folded there.
const open = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener("hashchange", open);
open();
