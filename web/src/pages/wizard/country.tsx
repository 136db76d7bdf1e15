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

/**
 * Whether somebody must say which country a number belongs to: written without a code, it is another person's in every country.
 * Eleven digits and more without a leading 0 can only be meant with their code.
 */
export function lacksCountry(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  return /^[\d\s()./-]{5,}$/.test(text.trim()) && digits.length >= 5 && !digits.startsWith("00") && (digits.length < 11 || digits.startsWith("0"));
}

/** The same of a number or list that is added to Do not call. */
export const noCountryCode = "No country code: choose the default country";

export const chooseCountry = "Choose a country for numbers without a country code";

/** `fallback`: the country that Settings name. Without one nothing is chosen until somebody does. */
export function CountrySelect({ value, fallback, countries, error, onChange }: { value: string; fallback: string | null | undefined; countries: Schemas["CountryWord"][]; error?: string; onChange: (code: string) => void }) {
  const options = useCountries(countries);
  return (
    <Field label="Default country" hint="For numbers without a country code." error={error}>
      {(control) => (
        <Select {...control} name="country" className="w-full" value={value} onChange={(event) => onChange(event.target.value)}>
          {!fallback && <option value="">None chosen</option>}
          {value !== "" && !options.some((option) => option.code === value) && <option value={value}>{value}</option>}
          {options.map((option) => <option key={option.code} value={option.code}>{option.label}</option>)}
        </Select>
      )}
    </Field>
  );
}
