import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { Bell } from "lucide-react";
import type { ReactNode } from "react";
import { instanceQuery } from "~/api/queries";
import { retryLive } from "~/live/connection";
import { Notice } from "~/ui/states";
import { PageTitle, useTitle } from "~/ui/page";
import { SignInForm } from "./form";

/** The pages before anybody is signed in. */
export function Door({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center px-4 py-12">
      <div className="mb-6 flex items-center gap-2.5 text-base font-semibold"><Bell aria-hidden className="size-5 text-accent" />Carillon</div>
      <div className="panel p-6">
        <PageTitle className="mb-4 text-xl!">{title}</PageTitle>
        {children}
      </div>
    </main>
  );
}

/** Only a path of this site is followed after signing in. */
const ownPath = (next: string | undefined) => (next?.startsWith("/") && !next.startsWith("//") && !next.startsWith("/\\") ? next : "/campaigns");

export function SignInPage() {
  useTitle("Sign in");
  const { next } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const router = useRouter();
  const instance = useQuery(instanceQuery);
  return (
    <Door title="Sign in">
      {instance.data?.first_start && (
        <div className="mb-4">
          <Notice meaning="active">Nobody can sign in yet. Open the link that Carillon printed in the terminal: it makes the first administrator.</Notice>
        </div>
      )}
      <SignInForm
        onDone={() => {
          retryLive();
          void router.invalidate();
          void navigate({ href: ownPath(next) });
        }}
      />
    </Door>
  );
}
