// The time that is left, as the server told it last; this device's clock only counts on from there, whatever it shows.

const A_WHILE = 30000;

// `place` finds the element; `ask` asks the server anew; `over` is called once the server has said that the time is up.
export function countdown(place, ask, over) {
  let end;           // on the clock of this page, which nobody can set
  let looked = Date.now();
  let isOver = false;
  let asking = false;

  function heard(left) {
    if (typeof left !== "number") return;
    end = performance.now() + left * 1000;
    draw();
  }

  function draw() {
    const shown = place();
    if (!shown || end === undefined) return;
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const { minutes, seconds, up } = shown.dataset;
    const said = left === 0 ? up : left >= 120 ? minutes.replace("{count}", Math.floor(left / 60)) : seconds.replace("{count}", left);
    if (shown.textContent !== said) shown.textContent = said;
    shown.closest("p").classList.toggle("is-due", left < 60);
    if (left === 0) check();
  }

  // Nothing is submitted by what this device counted.
  async function check() {
    if (isOver || asking) return;
    asking = true;
    const left = await ask();
    if (left === 0) { isOver = true; over(); }
    setTimeout(() => { asking = false; }, 3000);
  }

  setInterval(() => {
    if (end === undefined) return;
    if (Math.abs(Date.now() - looked) > A_WHILE) ask();   // it slept: the page's clock may have slept with it
    looked = Date.now();
    draw();
  }, 1000);

  return heard;
}
