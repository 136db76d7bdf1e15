import { useMemo } from "react";
import type { Schemas } from "~/api/client";
import { Field, Select } from "~/ui/field";

/** Countries by name with their calling code; the browser knows the names. */
export function useCountries(countries: Schemas["CountryWord"][]): { code: string; label: string }[] {
  return useMemo(() => {
    const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });
    return countries.map(({ code, calling_code }) => ({ code, label: `${names.of(code) ?? code} (+${calling_code})` })).sort((a, b) => a.label.localeCompare(b.label));
  }, [countries]);
}

export function CountrySelect({ value, countries, onChange }: { value: string; countries: Schemas["CountryWord"][]; onChange: (code: string) => void }) {
  const options = useCountries(countries);
  return (
    <Field label="Default country" hint="For numbers without a country code.">
      {(control) => (
        <Select {...control} className="w-full" value={value} onChange={(event) => onChange(event.target.value)}>
          {!options.some((option) => option.code === value) && <option value={value}>{value}</option>}
          {options.map((option) => <option key={option.code} value={option.code}>{option.label}</option>)}
        </Select>
      )}
    </Field>
  );
}
