// What every page runs: htmx, the live stream, and small behaviours told by data attributes.
import "htmx.org";
import "./parts/copying.js";
import "./parts/choosing.js";
import "./parts/dialogs.js";
import "./parts/finder.js";
import "./parts/forms.js";
import "./parts/graph.js";
import "./parts/single-keys.js";
import "./parts/live.js";
import "./parts/retyping.js";
