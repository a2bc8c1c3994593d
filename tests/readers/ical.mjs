// Reads calendars with ical.js: a JSON list of texts comes in, a JSON list of what it found in each goes out.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const moment = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());

function attendee(property) {
  const said = Object.fromEntries(
    ["cn", "partstat", "x-attendance", "x-agency"].map((name) => [name, property.getFirstParameter(name) ?? null]),
  );
  return { address: property.getFirstValue(), ...said };
}

function meeting(component) {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    sequence: event.sequence,
    status: component.getFirstPropertyValue("status"),
    summary: event.summary,
    location: event.location,
    description: event.description,
    zone: event.startDate.zone?.tzid ?? null,
    start: moment(event.startDate),
    end: moment(event.endDate),
    attendees: event.attendees.map(attendee),
  };
}

function calendar(text) {
  const found = new ICAL.Component(ICAL.parse(text));
  return {
    method: found.getFirstPropertyValue("method"),
    events: found.getAllSubcomponents("vevent").map(meeting),
  };
}

const texts = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map(calendar)));
