// Starts the console: reads who is signed in, then shows the desk or the door.

import "./style/tokens.css";
import "./style/base.css";
import "./style/controls.css";
import "./style/overlays.css";
import "./style/shell.css";
import "./style/inbox.css";
import "./style/conversation.css";
import "./style/details.css";
import "./style/today.css";
import "./style/settings.css";
import "./style/webhooks.css";
import "./style/knowledge.css";
import "./style/teaching.css";
import "./style/door.css";
import { render } from "preact";
import { App } from "./app";
import { listenToKeys } from "./keys/shortcuts";
import { listen } from "./lib/router";
import { applyTheme } from "./lib/theme";
import { startClock } from "./lib/time";
import { followOtherWindows } from "./state/drafts";

applyTheme();
listen();
listenToKeys();
startClock();
followOtherWindows();

const place = document.getElementById("console");
if (place) render(<App />, place);
