import { Drawer } from "./drawer/drawer.tsx";
import { TopBar } from "./drawer/top-bar.tsx";
import { Staff } from "./group/staff.tsx";
import { isConnected } from "./model/connection.ts";
import { isStartingOver } from "./model/sandbox.ts";
import { isDrawerOpen, side } from "./model/scene.ts";
import { isLoaded } from "./model/world.ts";
import { Phones } from "./phones/phones.tsx";
import { Alert } from "./ui/dialog.tsx";
import { Lightbox } from "./ui/lightbox.tsx";
import { Toasts } from "./ui/toasts.tsx";

export function App() {
  if (!isLoaded.value) return <p class="empty loading">{isConnected.value ? "Loading …" : "Connecting …"}</p>;
  return (
    <div class="page" data-side={side.value} data-drawer={isDrawerOpen.value ? "open" : "closed"}>
      <TopBar />
      <main class="sides">
        <Phones />
        <Staff />
      </main>
      {isDrawerOpen.value && <Drawer />}
      {(!isConnected.value || isStartingOver.value) && (
        <div class="veil" role="status">
          {isStartingOver.value ? "Starting over …" : "The sandbox is away. Is npm start still running?"}
        </div>
      )}
      <Lightbox />
      <Alert />
      <Toasts />
    </div>
  );
}
