import type { SeenMessage } from "../../telegram/client.ts";
import { act } from "../model/telegram.ts";
import { FormattedText } from "./entities.tsx";
import { FileLine, lightbox, Mosaic, Picture, Sticker, visualOf, Voice } from "./media.tsx";
import { colorOf, initialsOf } from "./words.ts";

/** The inside of a bubble, for every kind of message. `album`: its items, this message among them. */
export function Content({ message, album, viewer }: ContentProps) {
  const { text, entities, caption, caption_entities: captionEntities } = message;
  if (text !== undefined) {
    return (
      <div class="text">
        <FormattedText text={text} entities={entities} />
      </div>
    );
  }
  const captioned = album.find((item) => item.caption !== undefined) ?? message;
  return (
    <>
      <Media message={message} album={album} viewer={viewer} />
      {captioned.caption !== undefined && (
        <div class="text">
          <FormattedText
            text={captioned.caption}
            entities={captioned === message ? captionEntities : captioned.caption_entities}
          />
        </div>
      )}
      {caption === undefined && isUnknown(message) && (
        <div class="text dim">A kind of message nobody knows yet</div>
      )}
    </>
  );
}

export interface ContentProps {
  message: SeenMessage;
  album: readonly SeenMessage[];
  viewer: number;
}

function Media({ message, album, viewer }: ContentProps) {
  if (message.photo ?? message.video ?? message.animation) return <Mosaic messages={album} />;
  if (message.document ?? message.audio) {
    return (
      <>
        {album.map((item) => (
          <FileLine key={item.message_id} message={item} />
        ))}
      </>
    );
  }
  if (message.voice) return <Voice message={message} />;
  if (message.video_note) return <VideoNote message={message} />;
  if (message.sticker) return <Sticker message={message} />;
  if (message.location) return <Place message={message} />;
  if (message.contact) return <Contact message={message} />;
  if (message.poll) return <Poll message={message} viewer={viewer} />;
  if (message.dice) {
    return (
      <span class="sticker" role="img" aria-label={`${message.dice.emoji} shows ${message.dice.value}`}>
        {message.dice.emoji}
        <span class="dice-value">{message.dice.value}</span>
      </span>
    );
  }
  if (message.story) return <div class="card-line">📖 A story</div>;
  if (message.invoice) return <div class="card-line">🧾 {message.invoice.title}</div>;
  if (message.paid_media)
    return <div class="card-line">⭐ {message.paid_media.star_count} stars to see it</div>;
  if (message.giveaway) return <div class="card-line">🎁 Giveaway for {message.giveaway.winner_count}</div>;
  return null;
}

function VideoNote({ message }: { message: SeenMessage }) {
  const shown = visualOf(message)!;
  return (
    <button
      type="button"
      class="video-note"
      aria-label="Open: Video message"
      onClick={() => (lightbox.value = shown)}
    >
      <Picture shown={shown} />
      <span class="play" aria-hidden="true" />
    </button>
  );
}

function Place({ message }: { message: SeenMessage }) {
  const { latitude, longitude, live_period: live } = message.location!;
  const words =
    message.venue === undefined ? `${latitude.toFixed(4)}, ${longitude.toFixed(4)}` : message.venue.address;
  return (
    <div class="place">
      <svg viewBox="0 0 100 50" role="img" aria-label={`Map at ${latitude}, ${longitude}`} class="map">
        <rect width="100" height="50" />
        <path d="M-5 38 L40 20 L105 30 M25 -5 L45 55 M70 -5 L62 55 M-5 10 L105 6" />
        <circle cx="50" cy="25" r="9" class="halo" />
        <circle cx="50" cy="25" r="4" class="pin" />
      </svg>
      <div class="place-words">
        <b>{message.venue?.title ?? (live === undefined ? "Location" : "Live location")}</b>
        <span class="dim">{words}</span>
      </div>
    </div>
  );
}

function Contact({ message }: { message: SeenMessage }) {
  const { first_name: first, last_name: last, phone_number: phone, user_id: id } = message.contact!;
  const name = [first, last].filter(Boolean).join(" ");
  return (
    <div class="contact">
      <span class="avatar" style={{ background: colorOf(id ?? name.length) }} aria-hidden="true">
        {initialsOf(name)}
      </span>
      <span class="file-words">
        <span class="file-name">{name}</span>
        <span class="dim">{phone}</span>
      </span>
    </div>
  );
}

function Poll({ message, viewer }: { message: SeenMessage; viewer: number }) {
  const poll = message.poll!;
  const mine = message.votes?.[viewer] ?? [];
  const vote = (option: number): void => {
    const options = mine.includes(option) ? [] : [option];
    void act("vote", { userId: viewer, chatId: message.chat.id, messageId: message.message_id, options });
  };
  return (
    <fieldset class="poll">
      <legend>{poll.question}</legend>
      <div class="dim">
        {poll.is_anonymous ? "Anonymous " : ""}
        {poll.type === "quiz" ? "quiz" : "poll"}
        {poll.is_closed ? ", closed" : ""}
      </div>
      {poll.options.map((option, index) => {
        const share = poll.total_voter_count === 0 ? 0 : option.voter_count / poll.total_voter_count;
        return (
          <button
            type="button"
            key={option.text}
            class="option"
            aria-pressed={mine.includes(index)}
            disabled={poll.is_closed}
            onClick={() => vote(index)}
          >
            <span class="share">{Math.round(share * 100)}%</span>
            <span>{option.text}</span>
            <i style={{ width: `${share * 100}%` }} />
          </button>
        );
      })}
      <div class="dim">{poll.total_voter_count === 1 ? "1 vote" : `${poll.total_voter_count} votes`}</div>
    </fieldset>
  );
}

function isUnknown(message: SeenMessage): boolean {
  const {
    photo,
    video,
    animation,
    document,
    audio,
    voice,
    video_note,
    sticker,
    location,
    contact,
    poll,
    dice,
  } = message;
  const { story, invoice, paid_media, giveaway } = message;
  return [
    photo,
    video,
    animation,
    document,
    audio,
    voice,
    video_note,
    sticker,
    location,
    contact,
    poll,
    dice,
    story,
    invoice,
    paid_media,
    giveaway,
  ].every((part) => part === undefined);
}
