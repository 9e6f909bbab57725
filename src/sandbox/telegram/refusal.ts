/** A person's act that Telegram would not let them do, or a control call that makes no sense. */
export class ActRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ActRefused";
  }
}
