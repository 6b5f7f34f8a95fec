/** Plans for a team: ask for one, look at it, start it, plan its rest anew. */
import { ApiError, type TeamApi } from "../api/client";
import type { FeedListener } from "../api/live";
import type { PlanChanges, PlanView } from "../api/planTypes";
import { replanRequest } from "./replanning";
import type { Happening, PlanDraft } from "./store";
import type { Tools } from "./tools";

// The control room's clock: a plan's start is typed in its local time.
const OFFSET = "+09:00";

const NO_DRAFT: PlanDraft = {
  name: "",
  vehicle_ids: [],
  mode: "tour",
  checkpoint_ids: [],
  order: "best",
  area: null,
  both_sides: false,
  hours: 2,
  start: "",
};

export function createPlanActions({ get, set, toast, send }: Tools, feed: FeedListener, api: TeamApi) {
  async function loadPlans(): Promise<void> {
    const plans = await api.plans().catch(() => null);
    if (plans) set({ plans });
  }

  /** Show a plan, and list it first. */
  function show(plan: PlanView): void {
    const others = get().plans.filter((known) => known.plan_id !== plan.plan_id);
    set({ plan, plans: [plan, ...others], task: { kind: "watch" }, tab: "plans" });
  }

  return {
    loadPlans,

    async openPlan(planId: string): Promise<void> {
      const plan = await send(`open ${planId}`, () => api.plan(planId));
      if (plan !== "failed") set({ plan, task: { kind: "watch" } });
    },

    closePlan: () => set({ plan: null, task: { kind: "watch" } }),

    startPlanning: () => set({ plan: null, task: { kind: "plan", draft: NO_DRAFT } }),

    draftPlan(change: Partial<PlanDraft>): void {
      const { task } = get();
      if (task.kind === "plan") set({ task: { ...task, draft: { ...task.draft, ...change } } });
    },

    async makePlan(): Promise<void> {
      const { task, map } = get();
      if (task.kind !== "plan" || !map) return;
      const { draft } = task;
      const plan = await send("make plan", () =>
        api.makePlan({
          ...draft,
          name: draft.name.trim(),
          map_id: map.summary.map_id,
          checkpoint_ids: draft.mode === "coverage" ? [] : draft.checkpoint_ids,
          area: draft.mode === "coverage" ? draft.area : null,
          start: draft.start ? `${draft.start}:00${OFFSET}` : null,
        }),
      );
      if (plan !== "failed") show(plan);
    },

    async startPlan(planId: string): Promise<void> {
      const assignments = await send(`start ${planId}`, () => api.startPlan(planId));
      if (assignments !== "failed") {
        for (const assignment of assignments) feed.onMessage({ type: "assignment", assignment });
        toast("good", "plan.startedToast", { count: assignments.length });
      }
      const plan = await api.plan(planId).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        return null;
      });
      if (plan && get().plan?.plan_id === planId) set({ plan });
      await loadPlans();
    },

    /** Have a plan start by itself at its time, or wait for a person again. */
    async setSchedule(planId: string, on: boolean): Promise<void> {
      const plan = await send(`start ${planId}`, () =>
        on ? api.schedulePlan(planId) : api.unschedulePlan(planId),
      );
      if (plan === "failed") return;
      if (get().plan?.plan_id === planId) set({ plan });
      set({ plans: get().plans.map((known) => (known.plan_id === planId ? plan : known)) });
    },

    startReplanning: () =>
      set({ task: { kind: "replan", changes: { vehicles: {}, closed: [], opened: [] } } }),

    setHappening(vehicleId: string, happening: Happening): void {
      const { task } = get();
      if (task.kind !== "replan") return;
      const vehicles = { ...task.changes.vehicles, [vehicleId]: happening };
      set({ task: { ...task, changes: { ...task.changes, vehicles } } });
    },

    /** Close a stretch for the plan, or open it again; `edgeIds` are its directions. */
    toggleStreet(edgeIds: number[]): void {
      const { task, plan } = get();
      if (task.kind !== "replan" || !plan) return;
      const { closed, opened } = task.changes;
      const flip = (ids: number[]) => {
        const is = edgeIds.some((id) => ids.includes(id));
        return is ? ids.filter((id) => !edgeIds.includes(id)) : [...ids, ...edgeIds];
      };
      const wasClosed = edgeIds.some((id) => plan.closed.includes(id));
      const known = edgeIds.filter((id) => plan.closed.includes(id));
      const changes = wasClosed
        ? {
            opened: known.some((id) => opened.includes(id))
              ? opened.filter((id) => !known.includes(id))
              : [...opened, ...known],
          }
        : { closed: flip(closed) };
      set({ task: { ...task, changes: { ...task.changes, ...changes } } });
    },

    /** Open streets again, those that the plan had closed and those just closed. */
    openStreets(edgeIds: number[]): void {
      const { task, plan } = get();
      if (task.kind !== "replan" || !plan) return;
      const closed = task.changes.closed.filter((id) => !edgeIds.includes(id));
      const again = edgeIds.filter((id) => plan.closed.includes(id));
      const opened = [...new Set([...task.changes.opened, ...again])];
      set({ task: { ...task, changes: { ...task.changes, closed, opened } } });
    },

    async makeReplan(nowS: number): Promise<void> {
      const { task, plan } = get();
      if (task.kind !== "replan" || !plan) return;
      const sinceStartS = plan.started ? Math.max(0, nowS - plan.start) : 0;
      const changes: PlanChanges = replanRequest(task.changes, sinceStartS);
      const next = await send("replan", () => api.replan(plan.plan_id, changes));
      if (next !== "failed") show(next);
    },
  };
}
