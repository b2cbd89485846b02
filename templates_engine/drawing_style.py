"""Colours, icons and words of a drawing; contrasts are those of the accessibility reference, all above 4.5."""

from dataclasses import dataclass

from models.rules.work_orders import WorkOrderState


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: word, colours of ink and ground, and an icon in a 12 x 12 box."""

    word: str
    ink: str
    ground: str
    icon: str


LOOKS = {
    WorkOrderState.WAITING: Look("waiting", "#1d2939", "#e4e7ec", "M6 1a5 5 0 1 0 .01 0M6 3.5V6l2 1.5"),
    WorkOrderState.READY: Look("ready", "#ffffff", "#0b5cad", "M6 1a5 5 0 1 0 .01 0M5 4l3 2l-3 2z"),
    WorkOrderState.IN_PROGRESS: Look("running", "#ffffff", "#17692c", "M3 1.5l7 4.5l-7 4.5z"),
    WorkOrderState.PAUSED: Look("paused", "#1a1a1a", "#f5b301", "M3.5 2v8M8.5 2v8"),
    WorkOrderState.COMPLETED: Look("done", "#ffffff", "#475467", "M1.5 6.5l3 3l6 -7"),
    WorkOrderState.SKIPPED: Look("skipped", "#ffffff", "#475467", "M1.5 2l4 4l-4 4M6.5 2l4 4l-4 4"),
    WorkOrderState.CANCELLED: Look("cancelled", "#ffffff", "#b42318", "M2 2l8 8M10 2l-8 8"),
}
HELD = Look("on hold", "#ffffff", "#6f2da8", "M3 10.5V2M3 2.5h7l-2 2l2 2h-7")

_LIGHT = (
    "--pd-ground:#f8fafc;--pd-card:#ffffff;--pd-line:#cbd5e1;--pd-ink:#101828;--pd-soft:#475467;"
    "--pd-edge:#98a2b3;--pd-critical:#c2410c;--pd-rework:#6f2da8"
)
_DARK = (
    "--pd-ground:#0f172a;--pd-card:#1e293b;--pd-line:#475569;--pd-ink:#f1f5f9;--pd-soft:#cbd5e1;"
    "--pd-edge:#64748b;--pd-critical:#fb923c;--pd-rework:#c4a1f0"
)
STYLE = (
    f".plan-drawing{{{_LIGHT};max-width:100%;height:auto;font-family:Inter,system-ui,'Segoe UI',sans-serif}}"
    f"@media (prefers-color-scheme:dark){{.plan-drawing{{{_DARK}}}}}"
    f"[data-bs-theme=light] .plan-drawing{{{_LIGHT}}}[data-bs-theme=dark] .plan-drawing{{{_DARK}}}"
    ".pd-ground{fill:var(--pd-ground)}"
    ".pd-card{fill:var(--pd-card);stroke:var(--pd-line);stroke-width:1.2}"
    ".pd-on-path .pd-card{stroke:var(--pd-critical);stroke-width:2.4}"
    ".pd-optional .pd-card{stroke-dasharray:5 4}"
    ".pd-step:focus{outline:none}.pd-step:focus .pd-card{stroke:var(--pd-ink);stroke-width:3.4}"
    ".pd-name{fill:var(--pd-ink);font-size:12px;font-weight:600}"
    ".pd-meta{fill:var(--pd-soft);font-size:11px}"
    ".pd-word{font-size:11px;font-weight:600}"
    ".pd-gate{fill:var(--pd-rework)}"
    ".pd-edge{fill:none;stroke-width:1.5}.pd-plain{stroke:var(--pd-edge)}"
    ".pd-critical{stroke:var(--pd-critical);stroke-width:2.6}"
    ".pd-rework{stroke:var(--pd-rework);stroke-dasharray:6 4}"
    ".pd-tip-plain{fill:var(--pd-edge)}.pd-tip-critical{fill:var(--pd-critical)}.pd-tip-rework{fill:var(--pd-rework)}"
)


def _marker(kind: str) -> str:
    return (
        f'<marker id="pd-{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path class="pd-tip-{kind}" d="M0 0L8 4L0 8z"/></marker>'
    )


MARKERS = f"<defs>{''.join(_marker(kind) for kind in ('plain', 'critical', 'rework'))}</defs>"
