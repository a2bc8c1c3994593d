// One question to the server: always an answer, never an exception, and never waited for without end.

const PATIENCE = 15000;

// {status, said, text, headers, redirected}: status 0 is no network; `said` is the JSON of the answer, {} where it has none.
export async function ask(address, { csrf, json, body, patience = PATIENCE } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const settings = { credentials: "same-origin", redirect: "manual", cache: "no-store", signal: stop.signal };
  if (json || body) {
    settings.method = "POST";
    settings.body = body || JSON.stringify(json);
    settings.headers = { "Content-Type": json ? "application/json" : body.type, "X-CSRFToken": csrf, Accept: "application/json" };
  }
  try {
    const answer = await fetch(address, settings);
    if (answer.type === "opaqueredirect") return { status: 401, said: {}, text: "" };   // to the sign-in page
    const text = await answer.text();
    return { status: answer.status, said: parsed(text), text, headers: answer.headers };
  } catch (unreachable) {
    return { status: 0, said: {}, text: "" };
  } finally {
    clearTimeout(timer);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) || {};
  } catch (page) {
    return {};
  }
}
