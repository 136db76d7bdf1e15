import { Link, useNavigate, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ask, http, type Schemas } from "~/api/client";
import { ApiProblem } from "~/api/problem";
import { queryClient, sessionQuery } from "~/api/queries";
import { retryLive } from "~/live/connection";
import { Button } from "~/ui/button";
import { ErrorSummary, Field, Input } from "~/ui/field";
import { useTitle } from "~/ui/page";
import { problemText, Skeleton } from "~/ui/states";
import { Door } from "./sign-in";

type Info = Schemas["LinkInfo"];

const titles: Record<Info["purpose"], string> = {
  first_start: "Set up Carillon",
  invite: "Welcome to Carillon",
  reset: "Choose a new password",
  sign_in: "Signing in",
};

/** The page behind the token, as the demo's link names its campaign; nothing else is followed. */
const pageBehind = /^\/campaigns\/[a-z0-9_]+$/;

/** A one-time link: `/link#TOKEN` or `/link#TOKEN/campaigns/ID`. The token stands behind #, so no server log and no proxy ever sees it. */
export function LinkPage() {
  useTitle("One-time link");
  const navigate = useNavigate();
  const router = useRouter();
  const [{ token, page }] = useState(() => {
    const [token = "", ...path] = location.hash.slice(1).split("/");
    const page = `/${path.join("/")}`;
    return { token, page: pageBehind.test(page) ? page : "/campaigns" };
  });
  const [info, setInfo] = useState<Info | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const asked = useRef(false);

  const enter = async (body: Omit<Schemas["UseLink"], "token">) => {
    const session = await ask(http.POST("/api/v1/session/link", { body: { token, ...body } }), { signedOutIsFine: true });
    queryClient.clear();
    queryClient.setQueryData(sessionQuery.queryKey, session);
    retryLive();
    await router.invalidate();
    await navigate({ to: page, replace: true });
  };

  useEffect(() => {
    // A link works once: asking twice would spend it.
    if (asked.current) return;
    asked.current = true;
    void (async () => {
      try {
        const found = await ask(http.POST("/api/v1/session/link/info", { body: { token } }), { signedOutIsFine: true });
        if (found.needs_password) setInfo(found);
        else await enter({});
      } catch (error) {
        setFailed(error);
      }
    })();
  });

  if (failed) {
    return (
      <Door title="This link doesn't work">
        <p className="mb-4 text-muted">{problemText(failed)}</p>
        <p className="text-muted">Already have a password? <Link to="/sign-in" className="link-inline">Sign in</Link></p>
      </Door>
    );
  }
  if (!info) {
    return <Door title="Signing in"><Skeleton className="h-4 w-40" /></Door>;
  }
  return (
    <Door title={titles[info.purpose]}>
      <p className="mb-4 text-muted">
        {info.purpose === "first_start" ? "You become the first administrator of this Carillon." : `Hello ${info.name ?? info.login ?? ""}. Choose your password.`}
      </p>
      <PasswordForm first={info.purpose === "first_start"} login={info.login ?? ""} onSubmit={enter} />
    </Door>
  );
}

function PasswordForm({ first, login: known, onSubmit }: { first: boolean; login: string; onSubmit: (body: Omit<Schemas["UseLink"], "token">) => Promise<void> }) {
  const [name, setName] = useState("");
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const [pending, setPending] = useState(false);
  const [errors, setErrors] = useState<{ message: string; field?: string }[]>([]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (pending) return;
    const wrong = [
      ...(first && name.trim() === "" ? [{ field: "name", message: "Enter your name" }] : []),
      ...(first && login.trim() === "" ? [{ field: "login", message: "Enter a user name or e-mail address" }] : []),
      ...(password.length < 10 ? [{ field: "password", message: "Choose a password of at least 10 characters" }] : []),
    ];
    setErrors(wrong);
    if (wrong.length > 0) return;
    setPending(true);
    try {
      await onSubmit(first ? { name, login, password } : { password });
    } catch (error) {
      setErrors(error instanceof ApiProblem && error.errors.length > 0 ? error.errors : [{ message: problemText(error) }]);
      setPending(false);
    }
  };
  const at = (field: string) => errors.find((error) => error.field === field)?.message;
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <ErrorSummary errors={errors} />
      {first && (
        <Field label="Your name" hint="Shown to others beside what you do." error={at("name")}>
          {(control) => <Input {...control} name="name" autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
      )}
      <Field label="User name or e-mail" error={at("login")}>
        {(control) => <Input {...control} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} readOnly={!first} value={login} onChange={(event) => setLogin(event.target.value)} />}
      </Field>
      <Field label="Password" hint="At least 10 characters." error={at("password")}>
        {(control) => <Input {...control} name="password" type="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Button kind="primary" type="submit" pending={pending} pendingLabel="Saving…">{first ? "Create administrator" : "Save password and sign in"}</Button>
    </form>
  );
}
