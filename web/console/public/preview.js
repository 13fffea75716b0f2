// Loads the widget of the inbox that the address names, and opens it.

const script = document.createElement("script");
script.src = "/widget.js";
script.async = true;
script.dataset.inbox = new URLSearchParams(location.search).get("inbox") ?? "";
script.onload = () => window.Rapport("open");
document.head.append(script);
