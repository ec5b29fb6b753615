// Reads iCalendar text on standard input, prints its events as JSON, as ical.js understands them.
import ICAL from "ical.js";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const calendar = new ICAL.Component(ICAL.parse(Buffer.concat(chunks).toString("utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
}

// A day stays a day; an hour becomes the instant the calendar's own VTIMEZONE makes of it, whatever zone runs this.
const told = (time) => (time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString());

const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    sequence: event.sequence,
    status: component.getFirstPropertyValue("status"),
    summary: event.summary,
    start: told(event.startDate),
    end: told(event.endDate),
    allDay: event.startDate.isDate,
  };
});
process.stdout.write(JSON.stringify(events));
