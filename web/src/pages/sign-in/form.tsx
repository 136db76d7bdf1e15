import { type FormEvent, useState } from "react";
import { ask, http } from "~/api/client";
import { queryClient, sessionQuery } from "~/api/queries";
import { Button } from "~/ui/button";
import { ErrorSummary, Field, Input } from "~/ui/field";
import { problemText } from "~/ui/states";

/** Name and password; password managers and paste work, there is no puzzle. */
export function SignInForm({ login: known = "", onDone }: { login?: string; onDone: () => void }) {
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const [errors, setErrors] = useState<{ message: string; field?: string }[]>([]);
  const [pending, setPending] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (pending) return;
    const missing = [
      ...(login.trim() === "" ? [{ field: "login", message: "Enter your user name" }] : []),
      ...(password === "" ? [{ field: "password", message: "Enter your password" }] : []),
    ];
    setErrors(missing);
    if (missing.length > 0) return;
    setPending(true);
    try {
      const session = await ask(http.POST("/api/v1/session", { body: { login, password } }), { signedOutIsFine: true });
      queryClient.setQueryData(sessionQuery.queryKey, session);
      onDone();
    } catch (error) {
      setErrors([{ message: problemText(error) }]);
    } finally {
      setPending(false);
    }
  };
  const at = (field: string) => errors.find((error) => error.field === field)?.message;
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <ErrorSummary errors={errors} />
      <Field label="User name or e-mail" error={at("login")}>
        {(control) => <Input {...control} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} value={login} onChange={(event) => setLogin(event.target.value)} />}
      </Field>
      <Field label="Password" error={at("password")}>
        {(control) => <Input {...control} name="password" type="password" data-first={known === "" ? undefined : ""} autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Button kind="primary" type="submit" pending={pending} pendingLabel="Signing in…">Sign in</Button>
    </form>
  );
}
