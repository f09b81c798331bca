// Elements without markup: every text goes through textContent, so a product's
// name stays a name.

const svgSpace = 'http://www.w3.org/2000/svg';

function add(parent, child) {
  if (child === null || child === undefined || child === false) return;
  if (Array.isArray(child)) child.forEach((one) => add(parent, one));
  else parent.append(child instanceof Node ? child : String(child));
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === 'class') node.className = value;
  else if (name === 'on')
    for (const [event, does] of Object.entries(value))
      node.addEventListener(event, does);
  else if (name === 'vars')
    for (const [key, x] of Object.entries(value))
      node.style.setProperty(`--${key}`, x);
  else if (name === 'value' || name === 'checked' || name === 'disabled')
    node[name] = value;
  else if (/^on/i.test(name)) throw new Error(`no handler as text: ${name}`);
  else node.setAttribute(name, value === true ? '' : value);
}

/** Makes an element: `h('a', {class: 'x', on: {click}}, 'text', child)`. */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {}))
    set(node, name, value);
  add(node, children);
  return node;
}

/** A picture of the sprite in index.html; says nothing to a screen reader. */
export function icon(name) {
  const node = document.createElementNS(svgSpace, 'svg');
  node.setAttribute('class', 'icon');
  node.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svgSpace, 'use');
  use.setAttribute('href', `#i-${name}`);
  node.append(use);
  return node;
}

/** A link to a page of a stranger's, if it is one; else its text. */
export function outside(url, text = url) {
  let known = null;
  try {
    known = new URL(url);
  } catch {
    return h('span', {}, text);
  }
  if (known.protocol !== 'http:' && known.protocol !== 'https:')
    return h('span', {}, text);
  return h('a', {href: known.href, target: '_blank',
                 rel: 'noopener noreferrer', class: 'outside'}, text);
}

/** Puts `children` in place of what `node` holds; the focus stays where it
    was, if there is an element of the same `data-focus` again. */
export function fill(node, ...children) {
  const held = node.contains(document.activeElement)
    ? document.activeElement.dataset.focus : undefined;
  node.replaceChildren();
  add(node, children);
  if (held)
    node.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus(
      {preventScroll: true});
  return node;
}

let lastId = 0;
/** An id that no other element has. */
export function freshId(word) {
  return `${word}-${++lastId}`;
}
