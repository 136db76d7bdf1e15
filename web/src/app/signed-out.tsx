import { useEffect, useState } from "react";
import { whenSignedOut } from "~/api/client";
import { queryClient } from "~/api/queries";
import { retryLive, useLink } from "~/live/connection";
import { SignInForm } from "~/pages/sign-in/form";
import { Dialog } from "~/ui/dialog";
import { useSession } from "./session";

/** The session ended while a page was open: sign in over it, and what was typed stays. */
export function SignedOutDialog() {
  const { user } = useSession();
  const link = useLink();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    whenSignedOut(() => setOpen(true));
    return () => whenSignedOut(() => undefined);
  }, []);
  useEffect(() => {
    if (link.state === "signed_out") setOpen(true);
    // Signed in again in another tab: the stream came back with it.
    if (link.state === "live") setOpen(false);
  }, [link.state]);
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Your session has ended" description="Sign in again to go on. What you typed on this page is kept.">
      <SignInForm
        login={user.login}
        onDone={() => {
          setOpen(false);
          retryLive();
          void queryClient.invalidateQueries();
        }}
      />
    </Dialog>
  );
}
