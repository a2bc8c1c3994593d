// Stands in every page that is looked at, beside axe: what there is to look at, in numbers that tell what was looked at before.
// Two elements with the same number are drawn alike; what decides that is said at each of them.
{
  const number = (text) => {
    let sum = 7;
    for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) % 4503599627370449;
    return sum;
  };

  // What decides how a page is drawn, in parts that stand below each other: main, the ways to the page, the frame around both;
  // and these others once more together, for what is a matter of the whole page.
  const parts = () => {
    const drawn = [document.documentElement.lang, document.body.className, ...[...document.styleSheets].map((one) => one.href)].join();
    const page = document.body.cloneNode(true);
    page.querySelectorAll("input[type=hidden]").forEach((field) => field.removeAttribute("value"));
    const inner = [page.querySelector("main"), ...page.querySelectorAll(".crumbs, .subnav")];
    inner.forEach((part) => part.replaceWith(""));
    page.querySelectorAll("[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
    const [main, ...others] = [...inner.map((part) => part.outerHTML), page.innerHTML].map((part) => number(`${drawn}\n${part}`));
    return [main, ...others, number(others.join())];
  };

  // Rows and paragraphs: what decides their place and their roles, whatever their words are.
  // One with a heading in it is left out: the order of headings is a matter of the whole page.
  const told = new Set(["class", "type", "role", "scope", "lang", "colspan", "rowspan", "hidden", "disabled"]);
  const itself = (e) => e.tagName + [...e.attributes].map((one) => one.name + (told.has(one.name) ? one.value : !!one.value)).sort();
  const shape = (e) => itself(e) + "(" + [...e.childNodes].map((one) =>
    one.nodeType === 1 ? shape(one) : one.nodeType === 3 && one.data.trim() ? "t" : "").join("") + ")";
  const around = (e) => e.parentElement ? around(e.parentElement) + e.parentElement.tagName + e.parentElement.className : "";
  let shaped = [];
  const shapes = () => {
    shaped = [...document.querySelectorAll("tr, li, p, dd")].filter((e) => !e.querySelector("h1, h2, h3, h4, h5, h6"));
    return shaped.map((e) => number(around(e) + shape(e)));
  };

  // Texts and fields: how they are written now, and the colours of all boxes around them that have any. What stands out of its
  // place may lie over anything, so its class counts too; and of a link the words around it, if there are any.
  const WRITTEN = ["color", "-webkit-text-fill-color", "font-size", "font-weight", "font-style", "text-shadow", "text-decoration-line", "border-bottom"];
  const PAINTED = { "background-color": "rgba(0, 0, 0, 0)", "background-image": "none", opacity: "1", filter: "none", "mix-blend-mode": "normal", position: "static" };
  const NO_TEXT = ["hidden", "checkbox", "radio", "range", "color", "image"];
  const written = (style) => WRITTEN.map((name) => style.getPropertyValue(name)).join();
  const hasText = (e) => ["input", "select", "textarea"].includes(e.localName)
    ? !NO_TEXT.includes(e.type)
    : e.localName !== "option" && [...e.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
  const aroundLink = (link) => {
    let block = link.parentElement;
    while (getComputedStyle(block).display === "inline") block = block.parentElement;
    return block.textContent.trim() !== link.textContent.trim() && written(getComputedStyle(block));
  };
  const outOfSight = (box) => box.width <= 1 || box.right <= 0 || box.bottom <= 0;
  let coloured = new Map();
  const colours = () => {
    const boxes = new Map([[null, 0]]), aside = new Set();
    const boxOf = (e) => {
      if (boxes.has(e)) return boxes.get(e);
      const style = getComputedStyle(e), outside = boxOf(e.parentElement);
      if (aside.has(e.parentElement) || (style.position === "absolute" && outOfSight(e.getBoundingClientRect()))) aside.add(e);
      const own = Object.entries(PAINTED).map(([name, none]) => style.getPropertyValue(name).replace(none, "")).join("");
      boxes.set(e, own ? number([outside, own, style.position === "static" ? "" : e.getAttribute("class")].join()) : outside);
      return boxes.get(e);
    };
    coloured = new Map();
    for (const e of document.body.querySelectorAll("*")) {
      if (!hasText(e) || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const box = boxOf(e), isFree = e.disabled || e.ariaDisabled || e.control?.disabled;
      if (!aside.has(e)) coloured.set(e, number([box, isFree, e.localName === "a" && aroundLink(e), written(getComputedStyle(e))].join()));
    }
    return [...new Set(coloured.values())];
  };

  // One of each of these numbers is enough for the rules about colours; undefined: all elements are looked at.
  let wanted;
  for (const rule of axe._audit.rules.filter((one) => ["color-contrast", "link-in-text-block"].includes(one.id))) {
    const matches = rule.matches;
    rule.matches = (node, ...others) => {
      const left = wanted?.[rule.id], mine = coloured.get(node);
      if (left && !left.has(mine)) return false;
      const is = matches.call(rule, node, ...others);
      if (is && left) left.delete(mine);
      return is;
    };
  }

  // To read the same colour anew for each element took a fifth of it all.
  const known = new Map(), colour = axe.commons.color.Color.prototype, read = colour.parseString;
  colour.parseString = function (text) {
    if (known.has(text)) Object.assign(this, known.get(text));
    else {
      read.call(this, text);
      known.set(text, { r: this.r, g: this.g, b: this.b, alpha: this.alpha });
    }
    return this;
  };

  window.look = {
    at: () => ({
      parts: parts(), shapes: shapes(), isDark: matchMedia("(prefers-color-scheme: dark)").matches,
      hasHeading: !!document.querySelector("h1")?.checkVisibility(),
    }),
    colours,
    barriers: (rules, { aroundMain = false, alike = [], noColours = false } = {}) => axe.run({
      include: [document.documentElement],
      exclude: [...(aroundMain ? [document.querySelector("main")] : []), ...alike.map((one) => shaped[one])],
    }, {
      resultTypes: ["violations"], runOnly: rules,
      rules: noColours ? { "color-contrast": { enabled: false }, "link-in-text-block": { enabled: false } } : {},
    }).then((result) => result.violations),
    // The barriers among elements of these numbers, and which of them could be judged.
    barriersOfColour: async (rules, numbers) => {
      wanted = Object.fromEntries(rules.map((rule) => [rule, new Set(numbers)]));
      try {
        const { violations } = await axe.run({ resultTypes: ["violations"], runOnly: rules });
        return [violations, numbers.filter((one) => !wanted["color-contrast"].has(one))];
      } finally {
        wanted = undefined;
      }
    },
  };
}
