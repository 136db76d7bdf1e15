import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, http } from "~/api/client";
import { ApiProblem } from "~/api/problem";
import { useSession } from "~/app/session";
import { roleLabel } from "~/lib/words";
import { Button } from "~/ui/button";
import { ErrorSummary, Field, Input } from "~/ui/field";
import { Details, PageHead, Panel, useTitle } from "~/ui/page";
import { problemText } from "~/ui/states";
import { toast } from "~/ui/toast";
import { Sessions } from "./sessions";

/** Somebody who came in by a link may have no password yet: then there is nothing to ask for. */
function PasswordForm({ login, hasPassword }: { login: string; hasPassword: boolean }) {
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [errors, setErrors] = useState<{ field?: string; message: string }[]>([]);
  const save = useMutation({
    mutationFn: () => ask(http.PUT("/api/v1/session/password", { body: { current, new: next } }), { signedOutIsFine: true }),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      void client.invalidateQueries({ queryKey: ["session"] });
      toast(`Password ${hasPassword ? "changed" : "set"}. Your other sessions are signed out.`);
    },
    onError: (error) => setErrors(error instanceof ApiProblem && error.errors.length > 0 ? error.errors : [{ message: problemText(error) }]),
  });
  const at = (field: string) => errors.find((error) => error.field === field)?.message;
  const submit = () => {
    const wrong = [...(hasPassword && current === "" ? [{ field: "current", message: "Enter your current password" }] : []), ...(next.length < 10 ? [{ field: "new", message: "Choose a password of at least 10 characters" }] : [])];
    setErrors(wrong);
    if (wrong.length === 0) save.mutate();
  };
  return (
    <form noValidate className="flex max-w-sm flex-col gap-4" onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <ErrorSummary errors={errors} />
      <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />
      {hasPassword && <Field label="Current password" error={at("current")}>{(control) => <Input {...control} name="current" type="password" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} />}</Field>}
      <Field label="New password" hint="At least 10 characters." error={at("new")}>{(control) => <Input {...control} name="new" type="password" autoComplete="new-password" value={next} onChange={(event) => setNext(event.target.value)} />}</Field>
      <Button type="submit" className="self-start" pending={save.isPending} pendingLabel="Saving…">{hasPassword ? "Change password" : "Set password"}</Button>
    </form>
  );
}

export function AccountPage() {
  useTitle("Your account", "Settings");
  const { user, workspace, has_password } = useSession();
  return (
    <>
      <PageHead title="Your account" />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Panel title="You"><div className="px-5 py-4"><Details items={[["Name", user.name], ["Signs in as", user.login], ["Role", roleLabel[user.role]], ["Workspace", workspace]]} /></div></Panel>
        <Panel title="Where you are signed in"><div className="px-5 py-2"><Sessions user={user} /></div></Panel>
        <Panel title="Password"><div className="px-5 py-4"><PasswordForm login={user.login} hasPassword={has_password} /></div></Panel>
      </div>
    </>
  );
}
