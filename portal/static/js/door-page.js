// What the server wrote into door pages: the session, its roster, addresses and tokens; asked for anew when they grew old.

import { ask } from "./door-net.js";

const pages = new Map();   // address of a door page → what stands in it

// What stands in a page of the door; null where it is none (any more).
function facts(its) {
  const data = its.getElementById("door");
  return data && JSON.parse(data.textContent);
}

const first = facts(document);
export const here = first.addresses.page;
pages.set(here, first);

export const known = (page) => pages.get(page);

// {link, door, fresh}: the page as it stands now; `fresh` is what door-keep lays by.
export async function renew(page) {
  const answer = await ask(page);
  if (answer.status !== 200) return { link: linkOf(answer) };
  const its = new DOMParser().parseFromString(answer.text, "text/html");
  const door = facts(its);
  if (!door) return { link: "trouble" };
  pages.set(page, door);
  return { link: "online", door, fresh: { document: its, text: answer.text, headers: answer.headers } };
}

// What an answer says of the way to the server.
export function linkOf({ status }) {
  if (status === 0) return "offline";
  if (status === 401 || status === 403) return "signed-out";
  return status === 200 ? "online" : "trouble";
}

// The person whose ticket it is, as the roster knew when it was last read: {name, agency, state}, or undefined.
export function holder(ticket) {
  const line = pages.get(here).roster.find((one) => one[0] === ticket);
  return line && { name: line[1], agency: line[2], state: line[3] };
}

// Remembers of this person what was just noted, so that the next scan of the ticket is told at once.
export function noted(ticket) {
  const line = pages.get(here).roster.find((one) => one[0] === ticket);
  if (line) line[3] = "attended";
}
