/** What JSON keeps of a type: no `readonly`, and no key where the value is undefined. */
export type Json<Value> = Value extends string | number | boolean | null
  ? Value
  : Value extends readonly (infer Item)[]
    ? Json<Item>[]
    : Flat<
        { [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Json<Value[Key]> } & {
          [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Json<Exclude<Value[Key], undefined>>;
        }
      >;
type Flat<Value> = { -readonly [Key in keyof Value]: Value[Key] };
