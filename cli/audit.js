"use strict";
for (const viewer of document.querySelectorAll(".viewer")) {
  const stage = viewer.firstElementChild;
  const { width, height } = viewer.dataset;
  if (+width > 0 && +height > 0) {
    stage.style.aspectRatio = `${width} / ${height}`;
    // Tall ones would push all others out of sight.
    stage.style.maxWidth = `min(100%, ${(26 * width) / height}rem)`;
  }
  const range = stage.querySelector("input");
  const move = () => stage.style.setProperty("--at", `${range.value / 10}%`);
  range?.addEventListener("input", move);
  range?.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    const box = stage.getBoundingClientRect();
    range.value = (1000 * (event.clientX - box.left)) / box.width;
    move();
  });
  const card = viewer.closest("article");
  card.querySelector(".wide").addEventListener("click", (event) => {
    const large = card.classList.toggle("large");
    event.target.textContent = large ? "reduce" : "enlarge";
    if (large) {
      stage.dataset.fitted = stage.style.maxWidth;
      stage.style.maxWidth = "none";
      stage.style.width = +width > 0 ? `${width}px` : "";
    } else {
      stage.style.maxWidth = stage.dataset.fitted;
      stage.style.width = "";
    }
    card.scrollIntoView({ block: "nearest" });
  });
}
const main = document.querySelector("main");
const cards = [...main.querySelectorAll("article")];
const byWorst = cards.slice();
const number = (card, name) => +card.dataset[name];
document.getElementById("order").addEventListener("change", (event) => {
  const order = {
    worst: byWorst,
    saved: cards.slice().sort((a, b) => number(b, "ratio") - number(a, "ratio")),
    row: cards.slice().sort((a, b) => number(a, "row") - number(b, "row")
      || number(a, "slot") - number(b, "slot")),
  };
  main.append(...order[event.target.value]);
});
document.getElementById("difference").addEventListener("change", (event) =>
  document.body.classList.toggle("difference", event.target.checked));
