import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Copy, Plus } from "lucide-react";
import { useState } from "react";
import { ask, http, usePress, type Schemas } from "~/api/client";
import { ApiProblem, isProblem } from "~/api/problem";
import { usersQuery } from "~/api/queries";
import type { Role, User } from "~/api/types";
import { useSession, useZone } from "~/app/session";
import { sentence } from "~/lib/format";
import { ago, dayAndTime } from "~/lib/time";
import { roleLabel, userName } from "~/lib/words";
import { Button } from "~/ui/button";
import { copyText } from "~/ui/copy";
import { Confirm, Dialog, DialogActions } from "~/ui/dialog";
import { ErrorSummary, Field, Input, Radio } from "~/ui/field";
import { Menu } from "~/ui/menu";
import { PageHead, useTitle } from "~/ui/page";
import { ErrorCard, problemText } from "~/ui/states";
import { type Column, DataTable, TableSkeleton } from "~/ui/table";
import { toast } from "~/ui/toast";
import { SessionsDialog } from "./sessions";

const roles: { value: Role; note: string }[] = [
  { value: "viewer", note: "Sees everything but settings of others, changes nothing" },
  { value: "operator", note: "Makes and runs campaigns, handles contacts, keeps the Do not call list" },
  { value: "admin", note: "Also trunks, users, API keys and settings" },
];

function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-2 t-label">Role</legend>
      {roles.map((role) => <Radio key={role.value} name="role" checked={value === role.value} onChange={() => onChange(role.value)} label={roleLabel[role.value]} note={role.note} />)}
    </fieldset>
  );
}

/** A link that is shown once. */
export function LinkShown({ link, who, onClose }: { link: Schemas["OneTimeLink"]; who: string; onClose: () => void }) {
  const zone = useZone();
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title={`One-time link for ${who}`} description="Hand it over yourself: Carillon sends no e-mail. You won't see it again.">
      <div className="flex gap-2">
        <Input readOnly aria-label="One-time link" className="font-mono t-small" value={link.url} onFocus={(event) => event.target.select()} />
        <Button icon={Copy} onClick={() => void copyText(link.url, "Link copied.")}>Copy</Button>
      </div>
      <p className="mt-2 t-small text-muted">It works once, until {dayAndTime(link.expires_at, zone)}.</p>
      <DialogActions><span className="flex-1" /><Button kind="primary" onClick={onClose}>Done</Button></DialogActions>
    </Dialog>
  );
}

function InviteDialog({ onInvited, onClose }: { onInvited: (made: Schemas["InvitedUser"]) => void; onClose: () => void }) {
  const [body, setBody] = useState<Schemas["InviteUser"]>({ name: "", login: "", role: "operator" });
  const [errors, setErrors] = useState<{ field?: string; message: string }[]>([]);
  const press = usePress();
  const invite = useMutation({
    mutationFn: () => press.send(body, (headers) => ask(http.POST("/api/v1/users", { headers, body }))),
    onSuccess: onInvited,
    onError: (error) => setErrors(isProblem(error, "name_taken") ? [{ field: "login", message: "Another user signs in with this name" }] : error instanceof ApiProblem && error.errors.length > 0 ? error.errors : [{ message: problemText(error) }]),
  });
  const at = (field: string) => errors.find((error) => error.field === field)?.message;
  const submit = () => {
    const wrong = [...(body.name.trim() === "" ? [{ field: "name", message: "Enter a name" }] : []), ...(body.login.trim() === "" ? [{ field: "login", message: "Enter a user name or e-mail address" }] : [])];
    setErrors(wrong);
    if (wrong.length === 0) invite.mutate();
  };
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title="Invite a user">
      <form noValidate className="flex flex-col gap-4" onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <ErrorSummary errors={errors} />
        <Field label="Name" error={at("name")}>{(control) => <Input {...control} name="name" autoComplete="off" value={body.name} onChange={(event) => setBody({ ...body, name: event.target.value })} />}</Field>
        <Field label="User name or e-mail" error={at("login")}>{(control) => <Input {...control} name="login" autoComplete="off" value={body.login} onChange={(event) => setBody({ ...body, login: event.target.value })} />}</Field>
        <RoleChoice value={body.role} onChange={(role) => setBody({ ...body, role })} />
        <DialogActions><Button onClick={onClose}>Cancel</Button><span className="flex-1" /><Button kind="primary" type="submit" pending={invite.isPending} pendingLabel="Making link…">Make invitation link</Button></DialogActions>
      </form>
    </Dialog>
  );
}

function RoleDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient();
  const [role, setRole] = useState(user.role);
  const save = useMutation({
    mutationFn: () => ask(http.PATCH("/api/v1/users/{id}", { params: { path: { id: user.id } }, body: { role } })),
    onSuccess: () => {
      toast(`${user.name} is ${roleLabel[role]} now.`);
      void client.invalidateQueries({ queryKey: ["users"] });
      void client.invalidateQueries({ queryKey: ["session"] });
      onClose();
    },
    onError: (error) => toast(`Couldn't change the role. ${problemText(error)}`, { kind: "problem" }),
  });
  return (
    <Dialog open onOpenChange={(open) => { if (!open) onClose(); }} title={`Role of ${user.name}`}>
      <RoleChoice value={role} onChange={setRole} />
      <DialogActions><Button onClick={onClose}>Cancel</Button><span className="flex-1" /><Button kind="primary" pending={save.isPending} onClick={() => save.mutate()}>Save role</Button></DialogActions>
    </Dialog>
  );
}

export function UsersPage() {
  useTitle("Users", "Settings");
  const client = useQueryClient();
  const zone = useZone();
  const me = useSession().user.id;
  const query = useQuery(usersQuery);
  const [open, setOpen] = useState<{ what: "invite" } | { what: "role" | "remove" | "sessions"; user: User } | { what: "link"; who: string; link: Schemas["OneTimeLink"] } | null>(null);
  const close = () => setOpen(null);
  const makeLink = useMutation({
    mutationFn: (user: User) => ask(http.POST("/api/v1/users/{id}/link", { params: { path: { id: user.id } } })),
    onSuccess: (link, user) => setOpen({ what: "link", who: user.name, link }),
    onError: (error) => toast(`Couldn't make a link. ${problemText(error)}`, { kind: "problem" }),
  });
  const remove = useMutation({
    mutationFn: (user: User) => ask(http.DELETE("/api/v1/users/{id}", { params: { path: { id: user.id } } })),
    onSuccess: (_, user) => {
      toast(`${user.name} removed.`);
      void client.invalidateQueries({ queryKey: ["users"] });
    },
    onError: (error) => toast(`Couldn't remove the user. ${problemText(error)}`, { kind: "problem" }),
    onSettled: close,
  });
  const columns: Column<User>[] = [
    { id: "name", header: "Name", rowHeader: true, slot: "a1", className: "font-medium", cell: (user) => <>{userName(user)}{user.id === me && user.name !== "You" && <span className="ml-2 font-normal text-muted">you</span>}</> },
    { id: "login", header: "Signs in as", slot: "a2", className: "max-md:t-small", cell: (user) => user.login },
    { id: "role", header: "Role", slot: "b1", cell: (user) => roleLabel[user.role] },
    { id: "state", header: "State", cell: (user) => (user.state === "invited" ? <span className="text-muted">Invited, no password yet</span> : "Active") },
    { id: "seen", header: "Last seen", className: "whitespace-nowrap", cell: (user) => (user.last_seen_at ? sentence(ago(user.last_seen_at, zone)) : <span className="text-muted">Never</span>) },
    {
      id: "menu", header: <span className="sr-only">Actions</span>, slot: "b2", className: "w-16 text-right",
      cell: (user) => (
        <Menu
          size="sm"
          name={`Actions for ${user.name}`}
          groups={[
            [
              { label: "Change role…", disabled: Boolean(user.kept_because), note: user.kept_because ?? undefined, onSelect: () => setOpen({ what: "role", user }) },
              { label: user.state === "invited" ? "New invitation link" : "Link to choose a new password", onSelect: () => makeLink.mutate(user) },
              { label: "Sessions…", onSelect: () => setOpen({ what: "sessions", user }) },
            ],
            [{ label: "Remove…", danger: true, disabled: Boolean(user.kept_because), note: user.kept_because ?? undefined, onSelect: () => setOpen({ what: "remove", user }) }],
          ]}
        />
      ),
    },
  ];
  return (
    <>
      <PageHead title="Users" actions={<Button kind="primary" icon={Plus} onClick={() => setOpen({ what: "invite" })}>Invite user</Button>} />
      {query.isPending && <TableSkeleton rows={3} />}
      {query.isError && <ErrorCard what="users" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <DataTable caption="Users" columns={columns} rows={query.data.items} rowKey={(user) => user.id} />}
      {open?.what === "invite" && <InviteDialog onClose={close} onInvited={({ user, link }) => { void client.invalidateQueries({ queryKey: ["users"] }); setOpen({ what: "link", who: user.name, link }); }} />}
      {open?.what === "role" && <RoleDialog user={open.user} onClose={close} />}
      {open?.what === "sessions" && <SessionsDialog user={open.user} onClose={close} />}
      {open?.what === "link" && <LinkShown link={open.link} who={open.who} onClose={close} />}
      {open?.what === "remove" && (
        <Confirm open onOpenChange={(still) => { if (!still) close(); }} title={`Remove ${open.user.name}?`} keep="Keep user" act="Remove user" danger pending={remove.isPending} onAct={() => remove.mutate(open.user)}>
          <p>They are signed out everywhere at once. What they did stays in the audit log under their name.</p>
        </Confirm>
      )}
    </>
  );
}
