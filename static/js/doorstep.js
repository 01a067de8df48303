// Says that scripts run, so that pieces which only work with them may show themselves.
document.documentElement.classList.remove("no-js");
document.documentElement.classList.add("js");
