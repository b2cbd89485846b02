"""Pictures beside the instructions of the demo's steps: small drawings that show where, in which order, how far."""

from importlib.resources import files

from sqlmodel import Session

from models.messages.access import Actor
from models.messages.files import AttachmentDraft
from models.messages.templates import TemplateView
from models.records import attachments
from models.records.files import store_file

# By template file: the step, its drawing and what is written under it.
PICTURES = {
    "pick_and_place": (("connect-sides", "frame-diagonals", "Measure both diagonals: at most 1 mm apart"),),
    "feeder": (
        ("mount-drive", "motor-screws", "Tighten crosswise, 1 to 4, with 0.2 Nm"),
        ("fit-board", "board-leads", "Red lead to +, no lead pinched"),
        ("close", "blade-and-cover", "Housing, blade, cover: the blade lies flat under the lip"),
        ("tape-test", "tape-pitch", "After 20 steps the hole stands within 0.15 mm of the mark"),
    ),
    "controller": (
        ("print-paste", "paste-corners", "Measure the paste at these four corners"),
        ("inspect", "solder-joints", "Left: good. Right: a bridge, back to reflow"),
    ),
    "nozzles": (("leak-test", "leak-test", "Close the tip with a finger: the needle stays in the green"),),
}


def hang_pictures(session: Session, admin: Actor, draft: TemplateView, name: str) -> None:
    """Put the drawings of a template file beside the steps of its draft."""
    for step, drawing, caption in PICTURES[name]:
        content = (files("deploy") / "demo" / "pictures" / f"{drawing}.webp").read_bytes()
        kept = store_file(session, admin, f"{drawing}.webp", "image/webp", content)
        place = AttachmentDraft(file_id=kept.id, template_id=draft.id, step=step, caption=caption)
        attachments.attach(session, admin, place)
