/** What the live feed does to the store. */
import { type Api, ApiError } from "../api/client";
import type { FeedListener, FeedStatus } from "../api/live";
import type { PlanSummary } from "../api/planTypes";
import type { Suppression } from "../api/incidentTypes";
import type { Assignment, AssignmentStatus, LiveMessage } from "../api/types";
import { localName, type TextKey } from "../i18n";
import { isActive } from "./condition";
import { applyMessage, withIncidents, withSuppressions } from "./live";
import { alarms } from "./queue";
import { FIRST_STATE } from "./store";
import type { Tools } from "./tools";

const ENDED = "assignment.ended.finished" satisfies TextKey;
const ENDINGS: Partial<Record<AssignmentStatus, TextKey>> = {
  finished: ENDED,
  failed: "assignment.ended.failed",
  cancelled: "assignment.ended.cancelled",
};

export function createFeedActions({ get, set, toast }: Tools, api: Api) {
  function announceEnd(before: Assignment | undefined, after: Assignment): void {
    if (!before || !isActive(before) || isActive(after)) return;
    toast(after.status === "finished" ? "good" : "bad", ENDINGS[after.status] ?? ENDED, {
      vehicle: after.vehicle_id.split("/").pop() ?? "",
      patrol: after.patrol_name,
    });
  }

  /** A plan was scheduled, started, or could not be started at its time. */
  function takePlan(plan: PlanSummary): void {
    const { plans, plan: open, language } = get();
    const before = plans.find((known) => known.plan_id === plan.plan_id);
    set({ plans: before ? plans.map((p) => (p === before ? plan : p)) : [plan, ...plans] });
    if (open?.plan_id === plan.plan_id) set({ plan: { ...open, ...plan, left_out: open.left_out } });
    const values = { plan: localName(plan.name, language) };
    if (plan.started && before?.scheduled_by) toast("good", "plan.startedItself", values);
    else if (plan.start_problem && plan.start_problem !== before?.start_problem)
      toast("bad", plan.scheduled_by ? "plan.startWaits" : "plan.startGivenUp", values);
  }

  /** Nothing becomes quiet, or loud again, without a word. */
  function announceSuppression(before: Suppression | undefined, after: Suppression): void {
    if (before?.state === after.state) return;
    const title = get().language === "ko" ? after.title_ko : after.title_en;
    if (after.state === "active") toast("good", "quiet.started", { title });
    else if (after.end_reason === "true_alarm") toast("bad", "quiet.refuted", { title });
    else toast("good", "quiet.ended", { title });
  }

  function onMessage(message: LiveMessage): void {
    const state = get();
    const known = new Set(alarms(state.incidents).map((incident) => incident.incident_id));
    const data = applyMessage(state, message, performance.now());
    const fresh = alarms(data.incidents).find((incident) => !known.has(incident.incident_id));
    set(data);
    if (message.type === "plan") takePlan(message.plan);
    if (message.type === "person_search") set({ searchNews: message });
    if (message.type === "suppression") {
      const { suppression } = message;
      announceSuppression(state.suppressions[suppression.suppression_id], suppression);
    }
    if (message.type === "assignment") {
      announceEnd(state.assignments[message.assignment.assignment_id], message.assignment);
    }
    // A new alarm opens by itself, but never takes away what the operator is reading.
    if (fresh && get().selectedIncidentId === null) set({ selectedIncidentId: fresh.incident_id });
  }

  function onStatus(status: FeedStatus): void {
    const { feed } = get();
    if (status === "open") {
      if (feed.lostAtMs !== null) toast("good", "feed.back");
      set({ feed: { status, lostAtMs: null } });
      void refreshLists();
    } else if (status === "lost") {
      set({ feed: { status, lostAtMs: feed.lostAtMs ?? performance.now() } });
      void checkSession();
    } else {
      set({ feed: { ...feed, status } });
    }
  }

  async function checkSession(): Promise<void> {
    await api.session().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) endSession("login.expired");
    });
  }

  /** What the live feed does not carry: patrols, incidents that are over, what was quieted before. */
  async function refreshLists(): Promise<void> {
    const [patrols, incidents, suppressions] = await Promise.allSettled([
      api.patrols(),
      api.incidents("all"),
      api.suppressions(),
    ]);
    if (patrols.status === "fulfilled") set({ patrols: patrols.value });
    if (incidents.status === "fulfilled") {
      const known = get().incidents;
      const old = incidents.value.filter((incident) => !known[incident.incident_id]);
      set(withIncidents(get(), old));
    }
    if (suppressions.status === "fulfilled") set(withSuppressions(get(), suppressions.value));
  }

  function endSession(loginNotice: TextKey | null): void {
    const { language, theme, sound } = get();
    set({ ...FIRST_STATE, session: null, loginNotice, language, theme, sound });
  }

  const feedListener: FeedListener = { onMessage, onStatus };
  return { feedListener, endSession };
}
