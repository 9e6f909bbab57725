/** The sign on a message that did not reach the customer, as a reaction. */
export const NOT_DELIVERED = "👎";
