import { render } from "preact";
import { App } from "./app.tsx";
import { connect } from "./model/connection.ts";

connect();
render(<App />, document.getElementById("page")!);
