/* global SwaggerUIBundle */
/* Starts the viewer on the contract. It is a file, because the page's policy lets no script in that stands in the page. */

/** Names of paths are links inside of buttons in the viewer: the button does the same, and readers can say one. */
const plainNames = ({ React }) => ({
  wrapComponents: {
    DeepLink:
      () =>
      ({ text }) =>
        React.createElement("span", null, text),
    // A field that only its place explains is told by its name, too.
    TextArea: (Original) => (props) => React.createElement(Original, { "aria-label": "Body", ...props }),
    // What a button says is its name, and one that shows a cross says what it does.
    Button:
      (Original) =>
      ({ "aria-label": label, ...props }) =>
        React.createElement(
          Original,
          typeof props.children === "string" ? props : { "aria-label": label, ...props },
        ),
    CloseIcon: (Original) => (props) =>
      React.createElement(
        React.Fragment,
        null,
        React.createElement(Original, props),
        React.createElement("span", { className: "only-said" }, "Close"),
      ),
    // There is one server, the desk itself: nothing to choose.
    ServersContainer: () => () => null,
  },
});

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

/** The contract's example would make every call a repetition of the first. */
const EXAMPLE_KEY = "7b1c0d52-1f2e-4d8f-9d5e-0f5a1c7e3b11";
const withFreshKey = (request) => {
  const { headers = {} } = request;
  if (headers["Idempotency-Key"] === EXAMPLE_KEY) headers["Idempotency-Key"] = crypto.randomUUID();
  return request;
};

SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#viewer",
  deepLinking: true,
  displayOperationId: true,
  filter: true,
  plugins: [plainNames],
  requestInterceptor: withFreshKey,
  // Nobody else is asked whether the contract is valid; a key is forgotten with the page.
  validatorUrl: null,
  persistAuthorization: false,
});
